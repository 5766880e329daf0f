"""The tools as flows: each begins from the list of tools, or from an answer that it continues."""
