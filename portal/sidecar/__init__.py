"""Processes beside the web processes that do costly work for all of them: how to start, ask and limit one.

`portal.reader` opens untrusted files, `portal.printer` prints documents.
"""
