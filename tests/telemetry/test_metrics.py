"""Counters are exact, cheap to make and add up over workers."""

import os
from pathlib import Path

from app.access.features import DenialReason, Feature
from app.errors import ErrorCode
from app.sync.records import RecordEntity, RecordOutcome
from app.telemetry import families
from app.telemetry.metrics import BUCKETS_S, CLIENTS_MAX, Metrics

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
        metrics.count("OK", 200, took_ns, None, "query")
    metrics.count("OK", 200, MS, None, "mutation")
    lines = metrics.exposition().decode().splitlines()
    name = "rsc_graphql_request_duration_seconds"
    assert f'{name}_bucket{{operation="query",le="0.001"}} 1' in lines
    assert f'{name}_bucket{{operation="query",le="0.0025"}} 2' in lines
    assert f'{name}_bucket{{operation="query",le="0.005"}} 3' in lines
    assert f'{name}_bucket{{operation="query",le="10.0"}} 4' in lines
    assert f'{name}_bucket{{operation="query",le="+Inf"}} 5' in lines
    assert f'{name}_count{{operation="query"}} 5' in lines
    assert f'{name}_sum{{operation="query"}} 70.007000' in lines
    assert f'{name}_count{{operation="mutation"}} 1' in lines
    of_queries = [line for line in lines if line.startswith(f'{name}_bucket{{operation="query"')]
    assert len(of_queries) == len(BUCKETS_S) + 1


def test_the_counters_of_a_dead_worker_stay_and_its_gauges_go(tmp_path: Path) -> None:
    mine = Metrics(tmp_path)
    mine.count("OK", 200, MS)
    mine.put(families.IN_FLIGHT, 3)
    mine.put(families.CONNECTIONS_OPEN, 2, "requests")
    mine.put(families.BINDS, 7, "requests")
    own = tmp_path / f"{os.getpid()}.counters"
    # A process id beyond what Linux gives out: nobody's.
    (tmp_path / "4194305.counters").write_bytes(own.read_bytes())
    text = mine.exposition().decode()
    assert 'rsc_graphql_requests_total{code="OK",status="200"} 2\n' in text
    assert 'rsc_binds_total{pool="requests"} 14\n' in text
    assert "rsc_in_flight 3\n" in text
    assert 'rsc_connections_open{pool="requests"} 2\n' in text


def test_a_backlog_that_every_worker_sees_is_not_added_up(tmp_path: Path) -> None:
    mine = Metrics(tmp_path)
    mine.put(families.OUTBOX_PENDING, 5)
    mine.put(families.OUTBOX_OLDEST, 61_500)
    # Of the process that started this one, which runs as long as we do.
    (tmp_path / f"{os.getppid()}.counters").write_bytes((tmp_path / f"{os.getpid()}.counters").read_bytes())
    text = mine.exposition().decode()
    assert "rsc_outbox_pending 5\n" in text
    assert "rsc_outbox_oldest_seconds 61.500000\n" in text


def test_a_file_that_is_being_made_is_passed_over(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path)
    (tmp_path / "1.counters").write_bytes(b"")
    metrics.count("OK", 200, MS)
    assert b'status="200"} 1\n' in metrics.exposition()


def test_workers_that_met_clients_in_another_order_agree_about_them(tmp_path: Path) -> None:
    first = Metrics(tmp_path)
    first.count("OK", 200, MS, "profile-widget", "query")
    first.count("OK", 200, MS, "search-widget", "query")
    (tmp_path / "4194305.counters").write_bytes((tmp_path / f"{os.getpid()}.counters").read_bytes())
    second = Metrics(tmp_path)
    second.count("OK", 200, MS, "search-widget", "query")
    second.count("FORBIDDEN", 403, MS, "profile-widget", "mutation")
    second.count("UNAUTHENTICATED", 401, MS)
    text = second.exposition().decode()
    name = "rsc_graphql_operations_total"
    assert f'{name}{{client="search-widget",operation="query",code="OK"}} 2\n' in text
    assert f'{name}{{client="profile-widget",operation="query",code="OK"}} 1\n' in text
    assert f'{name}{{client="profile-widget",operation="mutation",code="FORBIDDEN"}} 1\n' in text
    assert f'{name}{{client="none",operation="none",code="UNAUTHENTICATED"}} 1\n' in text


def test_more_clients_than_there_is_room_for_share_a_name() -> None:
    metrics = Metrics()
    for number in range(CLIENTS_MAX + 50):
        metrics.count("OK", 200, MS, f"client-{number}", "query")
    lines = [
        line
        for line in metrics.exposition().decode().splitlines()
        if line.startswith("rsc_graphql_operations")
    ]
    named = [line for line in lines if line.startswith('rsc_graphql_operations_total{client="client-')]
    assert len(named) == CLIENTS_MAX
    assert 'rsc_graphql_operations_total{client="other",operation="query",code="OK"} 50' in lines


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


def test_what_no_list_has_counts_as_other() -> None:
    metrics = Metrics()
    metrics.put(families.FIELD_ERRORS, 4, "FEATURE_NOT_GRANTED", "NOTES_HISTORY", "Ada's seat")
    text = metrics.exposition().decode()
    labels = 'code="FEATURE_NOT_GRANTED",feature="NOTES_HISTORY",reason="other"'
    assert f"rsc_field_errors_total{{{labels}}} 4\n" in text
    assert "Ada" not in text


def test_the_lists_of_labels_are_those_of_the_product() -> None:
    assert list(families.FEATURES) == [feature.value for feature in Feature]
    assert list(families.REASONS) == [reason.value for reason in DenialReason]
    assert list(families.ENTITIES) == [entity.value for entity in RecordEntity]
    assert list(families.RECORD_OUTCOMES) == [outcome.value for outcome in RecordOutcome]
