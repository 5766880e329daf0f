"""Bekal: a chat bot for safe migration."""

__version__ = "0.1.0"
