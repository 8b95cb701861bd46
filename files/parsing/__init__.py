"""Reads foreign workbooks into plain cells; runs in a child process with limits, never in ours (`files.workbooks`).

It must not know what the cells mean, nor anything of the process that started it.
"""
