"""Who gets what: every field and mutation of the schema for every persona of the demo, as one committed page.

`python -m tests.matrix` writes `personas.md` anew; a change in it is to be read as a change of the rules.
"""
