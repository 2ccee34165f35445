"""The parts of `bin/keurwerk-verify`, the program with which anybody checks certificates and the log offline.

`bin/build-verifier` joins them into the one file that the register hands out. They share no code with the register: a
fault here or there shows as a difference. So nothing else imports them, and they import only one another, the standard
library and `cryptography`. Names are unique over all parts, as they end up in one file.
"""
