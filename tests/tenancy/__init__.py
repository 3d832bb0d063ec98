"""The proof of tenancy: many companies full of canaries, asked for by strangers; and mutants of every rule.

`python -m tests.tenancy --operations 100000 --companies 20` is the long form of the search for foreign
canaries, `python -m tests.tenancy.mutants` removes each access rule and asks who notices.
"""
