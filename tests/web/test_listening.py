"""Others reach the app with a login, or when somebody says twice that they may."""

from __future__ import annotations

import pytest

from kie_app.access.addresses import is_loopback
from kie_app.config import Settings
from kie_app.errors import AccessError, KieError
from kie_app.web.listening import host, listen


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_this_machine_alone_needs_no_login(address: str) -> None:
    assert host(Settings(host=address), on_space=False) == address
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "", "example.org", "127.1"])
def test_an_address_that_others_reach_needs_a_login_or_a_second_word(address: str) -> None:
    with pytest.raises(AccessError, match=r"users add.*ONEPASS_OPEN_TO_ALL=yes"):
        host(Settings(host=address), on_space=False)
    for said in ({"login": True}, {"oidc_issuer": "https://id.example.org"}):
        assert host(Settings(host=address, **said), on_space=False) == address
    assert host(Settings(host=address, open_to_all=True), on_space=False) == address


def test_a_space_listens_on_all_addresses_by_the_same_rule() -> None:
    with pytest.raises(AccessError, match="without a login"):
        host(Settings(), on_space=True)
    assert host(Settings(open_to_all=True), on_space=True) == "0.0.0.0"
    assert host(Settings(host="127.0.0.1"), on_space=True) == "127.0.0.1"


def test_a_taken_port_is_told() -> None:
    with listen("127.0.0.1", 0) as door:
        port = door.getsockname()[1]
        with pytest.raises(KieError, match=rf"Port {port} .*ONEPASS_PORT"):
            listen("127.0.0.1", port)
