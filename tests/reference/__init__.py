"""A second opinion on every answer: the schema executed field by field, as graphql-core does it.

It reads the same catalogue as the engine and shares none of its code: templates are filled, cursors made and
rows fetched anew here, with one simple statement for each kind of row and batch of keys. It is slow and
plain on purpose, so that where the two disagree, one can see which is right.
"""
