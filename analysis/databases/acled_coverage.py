"""Since when ACLED codes each country, as rows of coverage.csv, so that years before are not taken for peace."""

from __future__ import annotations

import pandas as pd

# First year coded, by country: ACLED's own R package acledR, version 1.0.1, table acled_countries (18 September 2025,
# github.com/dtacled/acledR). It names whole years; ACLED's page on coverage may name a later day within one.
STARTS: dict[int, tuple[str, ...]] = {
    1997: (
        "Algeria", "Angola", "Benin", "Botswana", "Burkina Faso", "Burundi", "Cameroon",
        "Central African Republic", "Chad", "Democratic Republic of Congo", "Djibouti", "Egypt",
        "Equatorial Guinea", "Eritrea", "Ethiopia", "Gabon", "Gambia", "Ghana", "Guinea", "Guinea-Bissau",
        "Ivory Coast", "Kenya", "Lesotho", "Liberia", "Libya", "Madagascar", "Malawi", "Mali", "Mauritania",
        "Morocco", "Mozambique", "Namibia", "Niger", "Nigeria", "Republic of Congo", "Rwanda", "Senegal",
        "Sierra Leone", "Somalia", "South Africa", "Sudan", "Tanzania", "Togo", "Tunisia", "Uganda", "Zambia",
        "Zimbabwe", "eSwatini",
    ),
    2010: (
        "Bangladesh", "Cambodia", "Laos", "Myanmar", "Nepal", "Pakistan", "Sri Lanka", "Thailand", "Vietnam",
    ),
    2011: (
        "South Sudan",
    ),
    2015: (
        "Indonesia", "Saudi Arabia", "Yemen",
    ),
    2016: (
        "Bahrain", "India", "Iran", "Iraq", "Israel", "Jordan", "Kuwait", "Lebanon", "Oman", "Palestine",
        "Philippines", "Qatar", "Turkey",
    ),
    2017: (
        "Afghanistan", "Syria", "United Arab Emirates",
    ),
    2018: (
        "Albania", "Anguilla", "Antigua and Barbuda", "Argentina", "Armenia", "Aruba", "Azerbaijan", "Bahamas",
        "Barbados", "Belarus", "Belize", "Bermuda", "Bolivia", "Bosnia and Herzegovina", "Brazil",
        "British Indian Ocean Territory", "British Virgin Islands", "Bulgaria", "Caribbean Netherlands",
        "Cayman Islands", "Chile", "China", "Colombia", "Costa Rica", "Croatia", "Cuba", "Curacao", "Cyprus",
        "Dominica", "Dominican Republic", "Ecuador", "El Salvador", "Falkland Islands", "French Guiana", "Georgia",
        "Greece", "Grenada", "Guadeloupe", "Guatemala", "Guyana", "Haiti", "Honduras", "Jamaica", "Japan",
        "Kazakhstan", "Kosovo", "Kyrgyzstan", "Malaysia", "Martinique", "Mexico", "Moldova", "Mongolia",
        "Montenegro", "Montserrat", "Nicaragua", "North Korea", "North Macedonia", "Panama", "Paraguay", "Peru",
        "Puerto Rico", "Romania", "Russia", "Saint Kitts and Nevis", "Saint Lucia",
        "Saint Vincent and the Grenadines", "Saint-Barthelemy", "Saint-Martin", "Serbia", "Sint Maarten",
        "South Georgia and the South Sandwich Islands", "South Korea", "Suriname", "Taiwan", "Tajikistan",
        "Trinidad and Tobago", "Turkmenistan", "Turks and Caicos Islands", "Ukraine", "Uruguay", "Uzbekistan",
        "Venezuela", "Virgin Islands, U.S.",
    ),
    2020: (
        "Andorra", "Austria", "Bailiwick of Guernsey", "Bailiwick of Jersey", "Belgium", "Bhutan", "Brunei",
        "Cape Verde", "Comoros", "Czech Republic", "Denmark", "East Timor", "Estonia", "Faroe Islands", "Finland",
        "France", "Germany", "Gibraltar", "Greenland", "Hungary", "Iceland", "Ireland", "Isle of Man", "Italy",
        "Latvia", "Liechtenstein", "Lithuania", "Luxembourg", "Maldives", "Malta", "Mauritius", "Mayotte",
        "Monaco", "Netherlands", "Norway", "Poland", "Portugal", "Reunion",
        "Saint Helena, Ascension and Tristan da Cunha", "San Marino", "Sao Tome and Principe", "Seychelles",
        "Singapore", "Slovakia", "Slovenia", "Spain", "Sweden", "Switzerland", "United Kingdom", "United States",
        "Vatican City",
    ),
    2021: (
        "American Samoa", "Antarctica", "Australia", "Canada", "Christmas Island", "Cocos (Keeling) Islands",
        "Cook Islands", "Fiji", "French Polynesia", "Guam", "Heard Island and McDonald Islands", "Kiribati",
        "Marshall Islands", "Micronesia", "Nauru", "New Caledonia", "New Zealand", "Niue", "Norfolk Island",
        "Northern Mariana Islands", "Palau", "Papua New Guinea", "Pitcairn", "Saint Pierre and Miquelon", "Samoa",
        "Solomon Islands", "Tokelau", "Tonga", "Tuvalu", "United States Minor Outlying Islands", "Vanuatu",
        "Wallis and Futuna",
    ),
}  # fmt: skip
YEAR_OF = {country: year for year, countries in STARTS.items() for country in countries}
BASIS = "ACLED codes it"  # how the basis of every row that is made here begins
COLUMNS = ("counter", "scope", "start", "end", "density", "basis")


def acled_coverage(incidents: pd.DataFrame) -> pd.DataFrame:
    """When ACLED was coding each country of a table.

    Parameters
    ----------
    incidents : DataFrame
        An imported table: date, date_end (days), country.

    Returns
    -------
    DataFrame
        counter, scope, start, end, density, basis: rows of coverage.csv. One row for `all` where every country was
        coded on the first day of the table already, else one for each country. No row reaches beyond the days of the
        table, because the file does not say which days were asked for.

    Notes
    -----
    A country without a known start is taken as coded from its first event on.

    Examples
    --------
    >>> days = pd.to_datetime(["2017-05-01", "2020-03-01", "2019-01-01"])
    >>> table = pd.DataFrame({"date": days, "date_end": days, "country": ["Kenya", "Kenya", "Serbia"]})
    >>> acled_coverage(table)[["scope", "start", "end"]].to_numpy().tolist()
    [['Kenya', '2017-05-01', '2020-03-01'], ['Serbia', '2018-01-01', '2020-03-01']]
    """
    first, last = incidents["date"].min(), incidents["date_end"].max()
    seen = incidents.dropna(subset="country").groupby("country")["date"].min()
    rows = []
    for country, event in seen.items():
        year = YEAR_OF.get(str(country))
        begun = event if year is None else pd.Timestamp(year, 1, 1)
        told = f"since {year}" if year else "since a day not known here; from its first event on"
        rows.append((country, min(max(begun, first), event), told))
    if all(start == first for _, start, _ in rows):
        rows = [("all", first, "in all countries of the table on all its days")]
    table = [("itemised", scope, f"{start:%Y-%m-%d}", f"{last:%Y-%m-%d}", "days", f"{BASIS} {told}")
             for scope, start, told in rows]  # fmt: skip
    return pd.DataFrame(table, columns=list(COLUMNS))
