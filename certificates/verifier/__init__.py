"""The parts of `bin/keurwerk-verify`, a program to verify certificates and the log offline.

`bin/build-verifier` joins them into the one file that the register serves. They share no code with the register, so
that a fault on either side shows as a difference. Nothing else imports them, and they import only one another, the
standard library and `cryptography`. Names are unique over all parts, because they end up in one file.
"""
