"""The figures of the forecast that nobody measured: ours, stated, named on the page. None is a fact about a real body.

They were set before the simulated histories of ``bench/forecast.py`` were looked at; that bench says whether intervals hold
where a year differs from the years before by about as much.
"""

from __future__ import annotations

DRAWS = 10_000
WORLDS = 100  # draws share so many schedules (slips of dates, pace of the year), each as likely

# a share of this year is not last year's: standard deviation on the logit scale, 0.25 is about 6 points at one half.
# However much was stated and learnt, a share is never known better than that
YEARLY_DRIFT = 0.25
# the pace of work differs from year to year, and the more so the less of it was seen (log scale)
PACE_DRIFT = 0.15
PACE_UNSEEN = 0.35
PRIOR_WAITS = 10.0  # records the stated waits count for, beside those observed
OBSERVED_WAITS_CAP = 200.0
ON_TIME = 0.5  # a dated step keeps its date with this chance; else it is late by an exponential time that fits slip_90

# share of all filed by a share of the window: most come in the last days
PROFILE = ((0.0, 0.0), (0.25, 0.08), (0.5, 0.2), (0.75, 0.4), (0.9, 0.65), (1.0, 1.0))
PROFILE_DRIFT = 0.5  # logit scale: how far this year's share filed by a day may be from the profile

SERIES_DRIFT = 0.2  # the pace of a reported value, year on year (relative)
HALF_LIFE_DAYS = 240.0  # growth so long ago counts half for the pace of a reported value
TAIL = 10  # degrees of freedom at most: the unrest of a few values is itself uncertain, so tails are heavier than theirs
SEASONS_FROM_DAYS = 700  # two years must be there before months are told apart
LEAST_POINTS = 3
LEAST_SPAN_DAYS = 28

SURE = (50, 90)  # percent: the days named in ``met_by``
PATH_DAYS = 16
BEYOND_SHARE, BEYOND_MIN, BEYOND_MAX = 0.5, 60, 180  # how far past the due date a later day of being met is looked for
