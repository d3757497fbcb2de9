"""Filters of ``scipy.signal`` that are said with others of it."""

from __future__ import annotations

from scipy import signal

from ..runtime import filters
from .said import say

say({signal.sosfilt: filters.sosfilt, signal.filtfilt: filters.filtfilt, signal.lfilter_zi: filters.lfilter_zi,
     signal.hilbert: filters.hilbert}, arrays=("sos", "x", "b", "a"))
