"""Storms: campaigns at speed under all carrier faults while parts are killed, judged by the network's journal alone.

`python -m tests.system.chaos --kills 100 --seed N --resume FILE` is the long form.
"""
