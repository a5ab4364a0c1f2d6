"""The command line: a thin client of the studio, like a page or a notebook."""
