"""``telesec chaos``: a mixed hour in minutes while everything breaks, and a book of what was promised."""
