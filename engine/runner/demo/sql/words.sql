-- Names of a shop that does not exist: people, plants, brands, towns; and what people like.

SET VARIABLE women = string_split(
    'Ada Bea Clara Dora Elin Fern Greta Hana Ines Juno Kaja Lena Mira Nora Oona Petra Runa Selma Tilda Una Vera Wilma', ' '
);
SET VARIABLE men = string_split(
    'Anton Bram Carlo Dario Emil Finn Gustav Hugo Ivo Janek Kilian Leon Milan Nils Oskar Pavel Ruben Stellan Tomas', ' '
);
SET VARIABLE last_starts = string_split(
    'Ash Birk Calder Dun Ever Fen Gran Hazel Kest Lind Marl Nor Oak Penn Quill Rook Sedge Thorn Vale Wren', ' '
);
SET VARIABLE last_ends = string_split('bury by croft dale field ford gate hall ley mere moor sted ton wick worth', ' ');
SET VARIABLE brands = ['Brightleaf', 'Halden', 'Mossy Lane', 'Pip & Root', 'Stonecrop', 'Thistledown'];
SET VARIABLE roles = ['manager', 'florist', 'sales', 'sales', 'sales'];

-- what people like most, by age: as often as they like it
SET VARIABLE tastes_young = string_split('Houseplants Houseplants Houseplants Houseplants Pots Pots Seeds Gifts', ' ');
SET VARIABLE tastes_middle = string_split('Houseplants Houseplants Seeds Seeds Pots Pots Soil Tools Gifts', ' ');
SET VARIABLE tastes_old = string_split('Seeds Seeds Seeds Soil Soil Tools Tools Pots Houseplants Gifts', ' ');

-- position in millionths of a degree; the first of four postcodes around it; how busy it is
CREATE TABLE stores (
    store BIGINT, id TEXT, name TEXT, city TEXT, latitude BIGINT, longitude BIGINT, first_postcode BIGINT, busy BIGINT
);
INSERT INTO stores VALUES
    (0, 'AL1', 'Alderbrook Market', 'Alderbrook', 39742000, -104987000, 80931, 6),
    (1, 'CO2', 'Copper Hill Yard', 'Copper Hill', 39913000, -105085000, 80947, 4),
    (2, 'LA3', 'Larch Valley Arcade', 'Larch Valley', 39615000, -105016000, 80958, 3),
    (3, 'SU4', 'Sunder Creek Mill', 'Sunder Creek', 40015000, -105270000, 80966, 2);

-- the more is sold, the more stores there are: in towns all over the state
INSERT INTO stores
SELECT
    n, upper(left(city, 2)) || (n + 1),
    city || ' ' || pick(['Market', 'Yard', 'Arcade', 'Mill', 'Corner', 'Square'], 'name of a store', n), city,
    38000000 + draw('store, north', n, 2700000), -108200000 + draw('store, east', n, 5000000), 81001 + 4 * n,
    between_of('busy store', n, 2, 6)
FROM (
    SELECT
        n,
        getvariable('last_starts')[1 + n % len(getvariable('last_starts'))] || ' '
            || ['Springs', 'Ridge', 'Falls', 'Park', 'Bluff', 'Grove', 'Crossing', 'Meadow', 'Point', 'Basin', 'Lake']
                [1 + n // len(getvariable('last_starts')) % 11] AS city
    FROM range(4, getvariable('stores')) AS t(n)
);

-- prices in cents; the share of sales
CREATE TABLE categories (place BIGINT, category TEXT, names TEXT[], lowest BIGINT, highest BIGINT, share BIGINT);
INSERT INTO categories VALUES
    (1, 'Houseplants', [
        'Velvet Calathea', 'Moon Fern', 'String of Buttons', 'Paper Monstera', 'Lemon Pothos', 'Desk Palm',
        'Silver Aloe', 'Window Ivy', 'Tiny Fig', 'Copper Begonia', 'Shade Lily', 'Giant Taro'
    ], 900, 5400, 30),
    (2, 'Seeds', [
        'Meadow Mix', 'Early Radish', 'Black Tomato', 'Climbing Bean', 'Night Poppy', 'Butter Lettuce',
        'Bee Borage', 'Winter Kale', 'Sugar Pea', 'Tall Sunflower'
    ], 250, 650, 22),
    (3, 'Pots', [
        'Clay Pot small', 'Clay Pot large', 'Glazed Bowl', 'Hanging Basket', 'Zinc Trough', 'Felt Planter',
        'Porch Barrel', 'Saucer Set'
    ], 450, 6900, 18),
    (4, 'Soil', [
        'Potting Soil 10 l', 'Potting Soil 40 l', 'Cactus Mix', 'Worm Compost', 'Leaf Mulch', 'Clay Granules'
    ], 500, 2200, 14),
    (5, 'Tools', [
        'Hand Trowel', 'Pruning Shears', 'Mist Bottle', 'Watering Can', 'Garden Gloves', 'Soil Meter',
        'Folding Saw'
    ], 700, 4800, 10),
    (6, 'Gifts', [
        'Terrarium Kit', 'Herb Window Box', 'Gift Card Sleeve', 'Pressed Flower Card', 'Seed Tin',
        'Plant Journal'
    ], 350, 4500, 6);

-- own window in days; percent off; a gift and its size; to whom; whether the list of spring gets it once that is taken
CREATE TABLE campaign_kinds (
    place BIGINT, name TEXT, category TEXT, channel TEXT, window_days BIGINT, coupon TEXT, percent BIGINT, gift TEXT,
    gift_size BIGINT, whom TEXT, for_list BOOLEAN
);
INSERT INTO campaign_kinds VALUES
    (0, 'New arrivals', 'SmartPush Email', 'email', NULL, NULL, NULL, NULL, NULL, 'all', false),
    (1, 'Monthly letter', 'Email Broadcast', 'email', NULL, NULL, NULL, NULL, NULL, 'all', true),
    (2, 'We miss you', 'SMS Broadcast', 'sms', NULL, 'COMEBACK15', 15, NULL, NULL, 'quiet', false),
    (3, 'Plant of the season', 'LINE Broadcast', 'line', NULL, NULL, NULL, NULL, NULL, 'all', false),
    (4, 'Weekend coupon', 'Send Coupon', 'sms', 3, 'WEEKEND10', 10, NULL, NULL, 'all', false),
    (5, 'Workshop dates', 'Facebook Broadcast', 'facebook', NULL, NULL, NULL, NULL, NULL, 'all', false),
    (6, 'Points for members', 'Add Points', 'email', 7, NULL, NULL, 'points', 50, 'club', true),
    (7, 'Flash sale', 'WhatsApp Broadcast', 'whatsapp', 1, 'FLASH20', 20, NULL, NULL, 'all', true),
    (8, 'Five dollars for you', 'Add Credits', 'email', NULL, NULL, NULL, 'credits', 5, 'all', true),
    (9, 'Thank you coupon', 'Send Coupon', 'email', 7, 'THANKS10', 10, NULL, NULL, 'all', true);
