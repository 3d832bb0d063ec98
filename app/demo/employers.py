"""Where the demo's people work and studied. The employers are made up; the cities are real."""

from collections.abc import Mapping
from typing import Final

EMPLOYERS: Final[Mapping[str, tuple[str, ...]]] = {
    "software": (
        *("Brightmere", "Halden Systems", "Kestrel Analytics", "Softloom", "Nimbit", "Tallyworks"),
        *(
            "Perigon Software",
            "Ostrava Digital",
            "Vanta Loop",
            "Greyfield Labs",
            "Querida Apps",
            "Meshwright",
        ),
    ),
    "logistics": (
        *("Nordhafen Logistik", "TransLumen", "Harbourline", "Cargolux Nova", "Via Ponte Trasporti"),
        *("Palletier", "Rhenus Bridge", "Blue Quay Shipping", "Kolej Express", "Almada Freight"),
    ),
    "fintech": (
        *("Pennyroyal Bank", "Ledgerly", "Clearford Payments", "Montclair Capital", "Zinsfuss"),
        *("Moneta Flow", "Aurum Pay", "Tessera Insurance", "Obolus", "Kontor Eins"),
    ),
    "retail": (
        *("Marigold Market", "Lindenhof Warenhaus", "Casa Tordera", "Petit Rivage", "Stoffwechsel"),
        *("Basket & Vine", "Fjellmark", "Bazar Nova", "Umbra Home", "Kvarter"),
    ),
    "manufacturing": (
        *(
            "Hartwig Maschinenbau",
            "Alpenstahl",
            "Officine Bellandi",
            "Norrtech Industri",
            "Ferrovia Components",
        ),
        *("Papeteries du Lac", "Granit Tools", "Zelena Energetika", "Delta Valve", "Oakhurst Foods"),
    ),
    "health": (
        *("Medivara", "Clinica Aurora", "Helsana Labs", "Bluecross Diagnostics", "Vitalis Research"),
        *("Nordlicht Kliniken", "Carewell", "Pharmalis", "Sonora Imaging", "Hygeia Devices"),
    ),
    "telecom": (
        *("Teleplan Nord", "Signalwerk", "Orbita Networks", "Fibra Iberia", "Longwave"),
        *("Meridian Mobile", "Peak Fibre", "Voxbridge", "Antenne Ost", "Kabelwind"),
    ),
}

SCHOOLS: Final[Mapping[str, tuple[str, ...]]] = {
    "DE": ("Technical University of Munich", "Humboldt University of Berlin", "University of Hamburg"),
    "AT": ("Vienna University of Technology", "University of Graz"),
    "CH": ("University of Zurich", "ETH Zurich"),
    "FR": ("Université Claude Bernard Lyon 1", "Sorbonne Université", "INSA Lyon"),
    "ES": ("Universitat de Barcelona", "Universidad Complutense de Madrid"),
    "PT": ("Universidade de Lisboa", "Universidade do Porto"),
    "IT": ("Politecnico di Milano", "Università di Bologna"),
    "NL": ("University of Amsterdam", "Delft University of Technology"),
    "PL": ("Warsaw University of Technology", "Jagiellonian University"),
    "CZ": ("Charles University", "Brno University of Technology"),
    "SE": ("KTH Royal Institute of Technology", "Lund University"),
    "DK": ("University of Copenhagen", "Aarhus University"),
    "FI": ("Aalto University", "University of Helsinki"),
    "HU": ("Eötvös Loránd University", "Corvinus University of Budapest"),
    "GR": ("National Technical University of Athens", "Aristotle University of Thessaloniki"),
    "TR": ("Boğaziçi University", "Istanbul Technical University"),
    "UA": ("Taras Shevchenko National University of Kyiv", "Lviv Polytechnic"),
    "GB": ("University of Manchester", "University of Edinburgh", "King's College London"),
    "IE": ("Trinity College Dublin", "University of Galway"),
    "US": ("University of Washington", "University of Texas at Austin", "Boston University"),
    "CA": ("University of Toronto", "University of British Columbia"),
    "BR": ("Universidade de São Paulo", "Universidade Federal de Minas Gerais"),
    "JP": ("University of Tokyo", "Osaka University"),
    "TW": ("National Taiwan University", "National Cheng Kung University"),
}
