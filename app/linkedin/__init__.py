"""LinkedIn as a live source of members' profiles.

From the bottom up: `faults` is what can go wrong, `calls` makes a call, `breaker` and `tokens` stand before,
`people` asks for members, `profiles` reads what is answered, `cache` keeps it in PostgreSQL for a while,
`source` joins these for all requests of a worker.
"""
