"""LinkedIn's side as a server of its own, from the demo's people: `rsc simulate`.

From the bottom up: `world` is what LinkedIn knows, `knobs` how well it feels, `calls` what it was asked,
`state` all that, `answers` their shape, `people` and `activity` the resources, `moods` what the knobs do to
answers, `server` the whole.
docs/simulator.md says how to use it.
"""
