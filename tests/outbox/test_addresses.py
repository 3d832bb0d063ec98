"""Where a callback may lead: public addresses only, looked up once."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.outbox.addresses import is_public
from app.outbox.callbacks import set_callback
from app.outbox.sending import Sender
from tests.outbox.conftest import Ats, until
from tests.outbox.receiver import receiving
from tests.sync.companies import PARTNER

NAME = "ats.example"


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_public_addresses_may_be_called(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::", "2002:a00:1::1"),
    ],
)
def test_no_other_address_may_be_called_however_it_is_wrapped(address: str) -> None:
    assert not is_public(address)


def resolving(*answers: Sequence[str]) -> tuple[list[str], Sender]:
    """A sender for which each look-up has the next of these answers; and the names that it looked up."""
    asked: list[str] = []

    async def resolve(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    return asked, Sender(resolve=resolve)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]]
)
async def test_a_name_that_leads_to_a_private_address_is_not_called(ats: Ats, addresses: list[str]) -> None:
    async with ats.pool.transaction(ats.company) as connection:
        await set_callback(connection, ats.company, PARTNER, f"https://{NAME}:{ats.receiver.port}/")
    (event,) = await ats.queue()
    asked, sender = resolving(addresses)
    async with ats.delivering(sender=sender):
        row = await ats.tried(event)
    assert row["last_error"] == "The callback's name leads to an address that is not public."
    assert asked == [NAME]
    assert ats.receiver.calls == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
async def test_a_private_callback_that_was_let_in_before_is_not_called_any_more(ats: Ats, host: str) -> None:
    async with ats.pool.transaction(ats.company) as connection:
        url = f"https://{host}:{ats.receiver.port}/"
        await set_callback(connection, ats.company, PARTNER, url, allow_private=True)
    (event,) = await ats.queue()
    async with ats.delivering(sender=Sender()):
        row = await ats.tried(event)
    assert row["last_error"] == "The callback's name leads to an address that is not public."
    assert ats.receiver.calls == []


async def test_without_tls_nothing_is_called(ats: Ats) -> None:
    (event,) = await ats.queue()
    async with ats.delivering(sender=Sender()):
        row = await ats.tried(event)
    assert row["last_error"] == "The callback is not https."
    assert ats.receiver.calls == []


def _certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The contexts of a server that has a certificate for this name, and of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, secret)
    return server, ssl.create_default_context(cafile=str(chain))


@pytest.mark.parametrize(("certified", "is_taken"), [(NAME, True), ("other.example", False)])
async def test_the_address_that_was_checked_is_called_and_the_certificate_must_be_the_names(
    ats: Ats, tmp_path: Path, certified: str, is_taken: bool
) -> None:
    serving, trusting = _certificate(tmp_path, certified)
    async with receiving(serving) as receiver:
        asked: list[str] = []

        async def resolve(host: str, _: int) -> Sequence[str]:
            asked.append(host)
            return ["127.0.0.1"]

        async with ats.pool.transaction(ats.company) as connection:
            await set_callback(connection, ats.company, PARTNER, f"https://{NAME}:{receiver.port}/hook")
        (event,) = await ats.queue()
        sender = Sender(allow_private=True, resolve=resolve, tls=trusting)
        async with ats.delivering(sender=sender):
            row = await ats.tried(event)
    assert asked == [NAME]
    if is_taken:
        assert row["state"] == "DELIVERED"
        assert receiver.calls[0].headers["host"] == f"{NAME}:{receiver.port}"
    else:
        assert row["last_error"] == "The callback cannot be connected to."
        assert receiver.calls == []


async def test_the_next_address_of_a_name_is_tried_where_one_does_not_answer(ats: Ats) -> None:
    async with ats.pool.transaction(ats.company) as connection:
        url = f"http://{NAME}:{ats.receiver.port}/"
        await set_callback(connection, ats.company, PARTNER, url, allow_private=True)
    await ats.queue()

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.2", "127.0.0.1"]

    async with ats.delivering(sender=Sender(allow_private=True, resolve=resolve)):
        await until(ats.all_delivered)


async def test_an_unknown_name_is_tried_again(ats: Ats) -> None:
    async with ats.pool.transaction(ats.company) as connection:
        await set_callback(connection, ats.company, PARTNER, "https://nowhere.invalid/")
    (event,) = await ats.queue()
    async with ats.delivering(sender=Sender()):
        row = await ats.tried(event)
    assert (row["state"], row["last_error"]) == ("PENDING", "The callback's name is not known.")
