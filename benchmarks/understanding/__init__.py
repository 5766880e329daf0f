"""How well messages are understood, and how fast: `make understanding`, or `python -m benchmarks.understanding`."""
