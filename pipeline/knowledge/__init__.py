"""What a director knows, as data files: see :mod:`pipeline.knowledge.library`."""
