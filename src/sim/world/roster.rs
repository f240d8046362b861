//! The drivers: their names, teams, cars and chat lines.

use crate::sim::rng::Rng;

/// Some have letters that 8-bit tools break.
const FIRST: [&str; 20] = [
    "Alice", "Bruno", "Chloé", "Dmitri", "Elena", "Felipe", "Greta", "Håkan", "Inês", "Jürgen", "Kenji",
    "Lucía", "Marek", "Nadia", "Ömer", "Paolo", "Quentin", "Rosa", "Siobhán", "Tomáš",
];
const LAST: [&str; 17] = [
    "Almeida",
    "Bianchi",
    "Carlsen",
    "Dubois",
    "Eriksson",
    "Fischer",
    "García",
    "Horváth",
    "Ivanov",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Müller",
    "Novák",
    "O'Brien",
    "Petrov",
    "Šimek",
];
const TEAMS: [&str; 5] = ["", "Apex Hunters", "Gravel Trap Racing", "Équipe Bleue", "Late Brakers"];
const MODELS: [&str; 4] =
    ["ks_mazda_mx5_cup", "ks_porsche_cayman_gt4_clubsport", "bmw_m3_e30_gra", "ks_lotus_3_eleven"];
const SKINS: [&str; 6] = ["00_official", "05_red", "11_blue", "12_green", "23_white", "77_black"];

const LINES: [&str; 14] = [
    "hello everybody",
    "gl hf",
    "ça va?",
    "sorry!",
    "car on track after turn 3",
    "blue flag please",
    "gg",
    "nice pass",
    "my brakes are gone",
    "how many laps?",
    "who has setups?",
    "lag?",
    "one more lap \u{1F3C1}",
    "!ping",
];

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct SimDriver {
    pub(super) name: String,
    pub(super) guid: String,
    pub(super) team: String,
    /// The factor by which the driver is slower than the fastest lap.
    pub(super) pace: f64,
    /// The standard deviation of a sector's factor.
    pub(super) noise: f64,
}

impl SimDriver {
    /// `number` is different for each driver.
    pub(super) fn new(number: usize, rng: &mut Rng) -> Self {
        let (first, last) =
            (FIRST[number % FIRST.len()], LAST[(number * 7 + number / FIRST.len()) % LAST.len()]);
        Self {
            name: format!("{first} {last}"),
            guid: format!("{}", 76_561_198_000_000_001_u64 + number as u64 * 7_919),
            team: rng.pick(&TEAMS).unwrap_or_default().to_owned(),
            pace: rng.between(1.0, 1.055),
            noise: rng.between(0.003, 0.012),
        }
    }
}

/// A slot's model and skin.
pub(super) fn car(slot: usize, rng: &mut Rng) -> (String, String) {
    (MODELS[slot % MODELS.len()].to_owned(), rng.pick(&SKINS).unwrap_or_default().to_owned())
}

pub(super) fn line(rng: &mut Rng) -> &'static str {
    rng.pick(&LINES).unwrap_or_default()
}
