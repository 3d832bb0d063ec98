"""Counters are exact, cheap to make and add up over workers."""

import os
from pathlib import Path

from app.errors import ErrorCode
from app.telemetry.metrics import BUCKETS_S, Metrics

MS = 1_000_000


def test_every_code_and_status_can_be_counted() -> None:
    metrics = Metrics()
    for code in ErrorCode:
        metrics.count(code, 418, MS)
    text = metrics.exposition().decode()
    for code in ErrorCode:
        assert f'rsc_graphql_requests_total{{code="{code}",status="other"}} 1\n' in text


def test_the_histogram_is_cumulative_and_bounds_are_inclusive() -> None:
    metrics = Metrics()
    for took_ns in (MS, MS + 1, 5 * MS, 10_000 * MS, 60_000 * MS):
        metrics.count("OK", 200, took_ns)
    lines = metrics.exposition().decode().splitlines()
    name = "rsc_graphql_request_duration_seconds"
    assert f'{name}_bucket{{le="0.001"}} 1' in lines
    assert f'{name}_bucket{{le="0.0025"}} 2' in lines
    assert f'{name}_bucket{{le="0.005"}} 3' in lines
    assert f'{name}_bucket{{le="10.0"}} 4' in lines
    assert f'{name}_bucket{{le="+Inf"}} 5' in lines
    assert f"{name}_count 5" in lines
    assert f"{name}_sum 70.007000" in lines
    assert len([line for line in lines if line.startswith(f"{name}_bucket")]) == len(BUCKETS_S) + 1


def test_the_counters_of_a_dead_worker_stay_and_its_gauges_go(tmp_path: Path) -> None:
    mine = Metrics(tmp_path)
    mine.count("OK", 200, MS)
    mine.set_gauges(3, 2, 1, 0)
    own = tmp_path / f"{os.getpid()}.counters"
    # A process id beyond what Linux gives out: nobody's.
    (tmp_path / "4194305.counters").write_bytes(own.read_bytes())
    text = mine.exposition().decode()
    assert 'rsc_graphql_requests_total{code="OK",status="200"} 2\n' in text
    assert "rsc_in_flight 3\n" in text
    assert "rsc_connections_open 2\n" in text


def test_a_file_that_is_being_made_is_passed_over(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path)
    (tmp_path / "1.counters").write_bytes(b"")
    metrics.count("OK", 200, MS)
    assert b'status="200"} 1\n' in metrics.exposition()


def test_calls_of_the_wire_api_are_counted_by_resource_and_of_unknown_ones_no_name_is_kept() -> None:
    metrics = Metrics()
    metrics.count_wire("atsCandidates", 100, 200, 2 * MS)
    metrics.count_wire("atsCandidates", 1, 413, MS)
    metrics.count_wire("somebody@example.com", 0, 404, MS)
    text = metrics.exposition().decode()
    assert 'rsc_wire_requests_total{resource="atsCandidates",status="200"} 1\n' in text
    assert 'rsc_wire_requests_total{resource="atsCandidates",status="413"} 1\n' in text
    assert 'rsc_wire_records_total{resource="atsCandidates"} 101\n' in text
    assert 'rsc_wire_requests_total{resource="other",status="404"} 1\n' in text
    assert "somebody" not in text
    assert "rsc_wire_request_duration_seconds_count 3\n" in text
