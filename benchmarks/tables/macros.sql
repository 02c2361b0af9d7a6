-- Draws. Every random number is a slice of an integer mix of (table salt, id, sub-id): no random(), no hash(), so the
-- same rows come out on every platform, with any number of threads, in every version of DuckDB.
-- All products stay below 2^63: 32 bits times a factor of at most 31 bits.

CREATE OR REPLACE MACRO low(x) AS (x & 4294967295);
CREATE OR REPLACE MACRO stir_one(x) AS low(xor(x, x >> 16) * 2146121005);
CREATE OR REPLACE MACRO stir_two(x) AS low(xor(x, x >> 15) * 1540483477);
CREATE OR REPLACE MACRO mix_key(salt, id, sub) AS
    low(low(low(id::BIGINT) * 1640531527) + low(sub::BIGINT * 2022819217) + low(salt::BIGINT * 668265263));

-- 32 well mixed bits of (salt, id, sub)
CREATE OR REPLACE MACRO mix(salt, id, sub) AS
    xor(stir_two(stir_one(mix_key(salt, id, sub))), stir_two(stir_one(mix_key(salt, id, sub))) >> 16);

-- a whole number from 0 to n - 1
CREATE OR REPLACE MACRO draw(salt, id, sub, n) AS ((mix(salt, id, sub) * n) >> 32);

-- the same of 16 bits of a mix that is already there: one mix gives two draws
CREATE OR REPLACE MACRO first_slice(word, n) AS (((word >> 16) * n) >> 16);
CREATE OR REPLACE MACRO second_slice(word, n) AS (((word & 65535) * n) >> 16);

CREATE OR REPLACE MACRO cents(x) AS (x::DECIMAL(18, 0) * 0.01::DECIMAL(3, 2))::DECIMAL(18, 4);
CREATE OR REPLACE MACRO at_second(start, seconds) AS (start::TIMESTAMP + to_seconds(seconds::BIGINT));
