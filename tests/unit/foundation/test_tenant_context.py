"""The pads in the database and the signature in Python are one HMAC."""

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from telesec.foundation.tenant_context import pads


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_the_pads_make_hmac_sha256(key, message):
    inner, outer = pads(key)
    by_hand = hashlib.sha256(outer + hashlib.sha256(inner + message).digest()).digest()

    assert by_hand == hmac.new(key, message, hashlib.sha256).digest()
