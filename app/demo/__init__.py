"""The demo: two companies with everything that the product shows, the same on every machine.

`load_demo` is what `rsc demo` calls. The parts, from the bottom up: `clock` and `names` draw, `people` are
lives, `casting` says who is a candidate and who a member, `openings`, `processes` and `records` are the
ATS's side, `profiles`, `conversations` and `exports` LinkedIn's, `history` is when what was sent. `scale`
makes the large database of the benchmark and is no part of the demo.

Ids to rely on: candidates `cand-0001` to `cand-0800` (Contoso: `cand-9001` …), jobs `job-001` to `job-060`
(`job-901` …), applications `app-0001` … (`app-9001` …), members `urn:li:person:m0001` to `m3000`. Candidate
`cand-0001`, matched to `m0001`, has some of everything.
"""

from app.demo.load import CompanySummary, DemoSummary, Progress, load_demo

__all__ = ["CompanySummary", "DemoSummary", "Progress", "load_demo"]
