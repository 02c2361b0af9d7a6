"""Names of a shop that does not exist: people, plants, brands, towns."""

FIRST_NAMES_F = (
    "Ada Bea Clara Dora Elin Fern Greta Hana Ines Juno Kaja Lena Mira Nora Oona Petra Runa Selma Tilda Una Vera Wilma"
).split()
FIRST_NAMES_M = (
    "Anton Bram Carlo Dario Emil Finn Gustav Hugo Ivo Janek Kilian Leon Milan Nils Oskar Pavel Ruben Stellan Tomas"
).split()
LAST_STARTS = (
    "Ash Birk Calder Dun Ever Fen Gran Hazel Kest Lind Marl Nor Oak Penn Quill Rook Sedge Thorn Vale Wren".split()
)
LAST_ENDS = "bury by croft dale field ford gate hall ley mere moor sted ton wick worth".split()

TOWNS = ("Alderbrook", "Copper Hill", "Larch Valley", "Sunder Creek")
REGION = "CO"
STORE_NAMES = ("Alderbrook Market", "Copper Hill Yard", "Larch Valley Arcade", "Sunder Creek Mill")
# latitude and longitude in millionths of a degree
STORE_PLACES = (
    (39_742_000, -104_987_000),
    (39_913_000, -105_085_000),
    (39_615_000, -105_016_000),
    (40_015_000, -105_270_000),
)
POSTCODES = ("80931", "80947", "80958", "80966")

BRANDS = ("Brightleaf", "Halden", "Mossy Lane", "Pip & Root", "Stonecrop", "Thistledown")

# category, names, lowest and highest price in cents, share of sales
GOODS: tuple[tuple[str, tuple[str, ...], int, int, int], ...] = (
    (
        "Houseplants",
        ("Velvet Calathea", "Moon Fern", "String of Buttons", "Paper Monstera", "Lemon Pothos", "Desk Palm",
         "Silver Aloe", "Window Ivy", "Tiny Fig", "Copper Begonia", "Shade Lily", "Giant Taro"),
        900, 5_400, 30,
    ),
    (
        "Seeds",
        ("Meadow Mix", "Early Radish", "Black Tomato", "Climbing Bean", "Night Poppy", "Butter Lettuce",
         "Bee Borage", "Winter Kale", "Sugar Pea", "Tall Sunflower"),
        250, 650, 22,
    ),
    (
        "Pots",
        ("Clay Pot small", "Clay Pot large", "Glazed Bowl", "Hanging Basket", "Zinc Trough", "Felt Planter",
         "Porch Barrel", "Saucer Set"),
        450, 6_900, 18,
    ),
    (
        "Soil",
        ("Potting Soil 10 l", "Potting Soil 40 l", "Cactus Mix", "Worm Compost", "Leaf Mulch", "Clay Granules"),
        500, 2_200, 14,
    ),
    (
        "Tools",
        ("Hand Trowel", "Pruning Shears", "Mist Bottle", "Watering Can", "Garden Gloves", "Soil Meter", "Folding Saw"),
        700, 4_800, 10,
    ),
    (
        "Gifts",
        ("Terrarium Kit", "Herb Window Box", "Gift Card Sleeve", "Pressed Flower Card", "Seed Tin", "Plant Journal"),
        350, 4_500, 6,
    ),
)  # fmt: skip

ROLES = ("manager", "florist", "sales", "sales", "sales")
PAYMENTS = ("card", "cash", "wallet", "gift card")

# name, category, channel, own window in days (0: the usual one), coupon
CAMPAIGNS: tuple[tuple[str, str, str, int, str], ...] = (
    ("Monthly letter", "Newsletter", "email", 0, ""),
    ("Weekend coupon", "Send coupon", "sms", 3, "WEEKEND10"),
    ("Double points days", "Add points", "email", 7, ""),
    ("We miss you", "Win back", "sms", 0, "COMEBACK15"),
    ("New arrivals", "Newsletter", "email", 0, ""),
    ("Flash sale", "Broadcast", "whatsapp", 1, "FLASH20"),
)
