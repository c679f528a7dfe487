"""A fictional year of the programme, built through the same services people use.

Shape: the published outline of the first 5G-factory directory (300 entries in 26 provinces, Jiangsu 97,
Shandong 32, Hubei 30, Liaoning 8 of which Dalian 4); the other provinces' numbers are made up, as is
every enterprise, person, text and score. Same seed, same year.
"""
