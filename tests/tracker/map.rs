//! The outline of the track: learned, and from the game's files.

use std::f64::consts::TAU;

use acudpclient::protocol::{CarId, CarUpdate, Vec3};
use acudpclient::tracker::{MapImage, TrackFileError, TrackMap};

/// A figure of eight with a bridge of 20 m height, some 4.4 km long. Places are not lengths on it.
fn eight(place: f64) -> Vec3 {
    let angle = TAU * place;
    Vec3::new((800.0 * angle.sin()) as f32, (10.0 * angle.cos()) as f32, (400.0 * (2.0 * angle).sin()) as f32)
}

fn update(car: u8, place: f64, position: Vec3, kmh: f32) -> CarUpdate {
    CarUpdate {
        car_id: CarId(car),
        position,
        velocity: Vec3::new(kmh / 3.6, 0.0, 0.0),
        normalized_spline_pos: place as f32,
        ..CarUpdate::default()
    }
}

/// One lap of a car with so many reports.
fn drive(map: &mut TrackMap, car: u8, reports: u32, kmh: f32, aside: f32) {
    for report in 0..reports {
        // Cars do not report at the same places.
        let place =
            (f64::from(report) + f64::from(car) * 0.377).rem_euclid(f64::from(reports)) / f64::from(reports);
        let mut position = eight(place);
        position.z += aside;
        map.learn(&update(car, place, position, kmh));
    }
}

/// How far the outline is from the truth, in metres: the largest distance at 5000 places.
fn error(map: &TrackMap, truth: impl Fn(f64) -> Vec3) -> f32 {
    let distance = |place: u32| {
        let place = f64::from(place) / 5000.0;
        let position = map.position(place as f32).unwrap_or_else(|| panic!("{place} is not known"));
        position.distance(truth(place))
    };
    (0..5000).map(distance).fold(0.0, f32::max)
}

#[test]
fn one_lap_closes_it() {
    let mut map = TrackMap::new();
    assert!(map.outline().is_empty() && !map.is_closed());
    assert_eq!((map.position(0.5), map.place(Vec3::default()), map.coverage()), (None, None, 0.0));
    for report in 0..=900 {
        assert!(!map.is_closed(), "{report}");
        let place = f64::from(report) / 1000.0;
        map.learn(&update(0, place, eight(place), 150.0));
    }
    assert!((map.coverage() - 0.9).abs() < 0.001, "{}", map.coverage());
    assert_eq!(map.position(0.95), None, "nobody was there");
    for report in 901..1000 {
        let place = f64::from(report) / 1000.0;
        map.learn(&update(0, place, eight(place), 150.0));
    }
    assert!(map.is_closed() && map.coverage() > 0.999);
    let error = error(&map, eight);
    assert!(error < 0.1, "{error}");
    assert!(map.outline().is_sorted_by(|a, b| a.place < b.place));
}

#[test]
fn a_slow_report_closes_it_with_20_places() {
    for (reports, closed) in [(21, true), (19, false)] {
        let mut map = TrackMap::new();
        drive(&mut map, 0, reports, 150.0, 0.0);
        assert_eq!(map.is_closed(), closed, "{reports}");
    }
}

/// Spins, the pit lane, jumps and nonsense beside cars that drive.
#[test]
fn what_is_no_driving_on_the_track_is_forgotten() {
    let mut map = TrackMap::new();
    // The first lap is out of the pits, 40 m aside at 80 km/h, and with a spin.
    for report in 0..1000 {
        let place = f64::from(report) / 1000.0;
        let mut position = eight(place);
        let kmh = match place {
            ..0.08 => {
                position.z += 40.0;
                80.0
            }
            0.3..0.32 => {
                position.x -= 60.0;
                70.0
            }
            _ => 150.0,
        };
        map.learn(&update(0, place, position, kmh));
    }
    assert!(map.is_closed());
    assert!(error(&map, eight) > 35.0, "nothing better was driven yet");
    // Others come out of the pits, at the speed of the track.
    for car in 4..10 {
        map.learn(&update(car, 0.95, eight(0.95), 0.0));
        for report in 0..100 {
            let place = f64::from(report) / 2000.0;
            let mut position = eight(place);
            position.z += 40.0;
            map.learn(&update(car, place, position, 200.0));
        }
    }
    // A telemetry packet from the pits while the velocity is still that of the track; each place once.
    for report in 0..1000_u32 {
        let place = f64::from(report) / 1000.0;
        map.learn(&update(2, place, Vec3::new(-3000.0, 2.0, 5000.0), 300.0));
        for (place, position, kmh) in [
            (place, eight(place + 0.4), 5.0),
            (place, eight(place + 0.4), f32::NAN),
            (place, eight(place + 0.4), 1e6),
            (place, Vec3::new(f32::NAN, 0.0, 0.0), 200.0),
            (place, Vec3::new(0.0, f32::INFINITY, 0.0), 200.0),
            (f64::NAN, eight(place), 200.0),
            (-0.1, eight(place), 200.0),
            (1.1, eight(place), 200.0),
        ] {
            assert!(!map.learn(&update(3, place, position, kmh)));
        }
    }
    for car in 10..14 {
        drive(&mut map, car, 1000, 160.0, f32::from(car) - 11.5);
    }
    let error = error(&map, eight);
    println!("{error:.2} m after four laps of four cars beside a pit lane, a spin and jumps");
    assert!(error <= 3.0, "{error}");
}

#[test]
fn a_car_counts_once_each_time_it_comes_by() {
    let mut map = TrackMap::new();
    drive(&mut map, 0, 1000, 150.0, 0.0);
    let before = map.outline().to_vec();
    // A slow one that is reported a hundred times in one part of the lap, at some metres aside.
    for report in 0..100 {
        let place = 0.5 + f64::from(report) / 1e6;
        let mut position = eight(place);
        position.x += 8.0;
        map.learn(&update(1, place, position, 40.0));
    }
    let moved = map.position(0.5).unwrap().distance(eight(0.5));
    assert!(moved < 4.5, "{moved}: half of the distance, as one of two");
    assert!(before.len() <= map.outline().len());
}

#[test]
fn a_place_has_a_position_and_a_position_a_place() {
    let mut map = TrackMap::new();
    drive(&mut map, 0, 1000, 150.0, 0.0);
    for step in 0..2000 {
        let place = f64::from(step) / 2000.0;
        let on_line = map.place(eight(place)).unwrap();
        let off = (f64::from(on_line.place) - place + 0.5).rem_euclid(1.0) - 0.5;
        assert!(off.abs() < 0.0005 && on_line.aside < 0.5, "{place}: {on_line:?}");
        assert!((0.0..1.0).contains(&on_line.place));
    }
    // On the bridge and under it.
    assert!(map.place(Vec3::new(0.0, 11.0, 0.0)).unwrap().place.rem_euclid(1.0) < 0.01);
    assert!((map.place(Vec3::new(0.0, -11.0, 0.0)).unwrap().place - 0.5).abs() < 0.01);
    let beside = map.place(Vec3::new(810.0, 0.0, 0.0)).unwrap();
    assert!((beside.aside - 10.0).abs() < 0.5 && (beside.place - 0.25).abs() < 0.01, "{beside:?}");
    assert_eq!(map.position(1.25), map.position(0.25));
    assert_eq!(map.position(-0.75), map.position(0.25));
    for nonsense in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(map.position(nonsense), None);
        for position in
            [Vec3::new(nonsense, 0.0, 0.0), Vec3::new(0.0, nonsense, 0.0), Vec3::new(0.0, 0.0, nonsense)]
        {
            assert_eq!(map.place(position), None);
        }
    }
    let far = map.place(Vec3::new(f32::MAX, -f32::MAX, f32::MAX)).unwrap();
    assert!(far.aside > 1e38 && (0.0..1.0).contains(&far.place));
}

/// The tracker's only view of the simulated track is telemetry; the truth is the track's own definition.
#[cfg(feature = "sim")]
#[test]
fn the_simulated_track_is_learned_in_two_laps() {
    use std::collections::HashMap;
    use std::time::Duration;

    use acudpclient::protocol::Event;
    use acudpclient::sim::{Session, SimServer};

    for seed in 0..2 {
        for (name, session) in
            [("race", Session::race(2)), ("practice", Session::practice(Duration::from_secs(420)))]
        {
            let mut world = SimServer::builder()
                .cars(8)
                .seed(seed)
                .report_interval(Duration::from_millis(100))
                .sessions([session])
                .world()
                .unwrap();
            let mut map = TrackMap::new();
            let mut laps: HashMap<CarId, u32> = HashMap::new();
            for (_, event) in world.by_ref() {
                match event {
                    // Two laps of each car; in practice the first one begins in the pits.
                    Event::CarUpdate(update) if laps.get(&update.car_id).is_none_or(|&laps| laps < 2) => {
                        map.learn(&update);
                    }
                    Event::LapCompleted(lap) => {
                        if laps.values().all(|&laps| laps < 2) && laps.contains_key(&lap.car_id) {
                            assert!(map.is_closed(), "seed {seed}, {name}: a car has driven two laps");
                        }
                        *laps.entry(lap.car_id).or_default() += 1;
                    }
                    _ => {}
                }
            }
            assert!(laps.values().any(|&laps| laps >= 2), "seed {seed}, {name}: {laps:?}");
            let error = error(&map, |place| world.track_position(place as f32));
            println!("seed {seed}, {name}: {error:.2} m");
            assert!(error <= 3.0, "seed {seed}, {name}: {error}");
        }
    }
}

/// A `fast_lane.ai` of the figure of eight, with the details that follow the points.
fn fast_lane(points: i32) -> Vec<u8> {
    let mut file = Vec::new();
    for number in [7, points, 91_234, points] {
        file.extend(number.to_le_bytes());
    }
    for point in 0..points {
        let Vec3 { x, y, z } = eight(f64::from(point) / f64::from(points));
        for number in [x, y, z, point as f32] {
            file.extend(number.to_le_bytes());
        }
        file.extend(point.to_le_bytes());
    }
    file.extend(points.to_le_bytes());
    file.extend(vec![0xAB; 72 * points as usize]);
    file
}

#[test]
fn the_line_of_the_computers_cars_is_an_outline() {
    let map = TrackMap::from_fast_lane(&fast_lane(4000)).unwrap();
    assert!(map.is_closed());
    assert_eq!(map.outline().len(), 4000);
    assert_eq!((map.outline()[0].place, map.outline()[0].position), (0.0, eight(0.0)));
    // By length, a quarter of this symmetrical track is a quarter of its angle.
    assert!((map.outline()[1000].place - 0.25).abs() < 1e-4, "{:?}", map.outline()[1000]);
    for step in 0..1000 {
        let place = map.place(eight(f64::from(step) / 1000.0)).unwrap();
        assert!(place.aside < 0.01, "{place:?}");
    }
    let mut learns = map.clone();
    assert!(!learns.learn(&update(0, 0.5, Vec3::default(), 100.0)));
    assert_eq!(learns.outline(), map.outline());

    // From one place to another, as on a hill climb.
    let mut hill: Vec<u8> = fast_lane(1000)[..16 + 20 * 500].to_vec();
    hill[4..8].copy_from_slice(&500_i32.to_le_bytes());
    hill[16 + 20 * 499..][..12].copy_from_slice(&[0, 0, 0x7A, 0x45, 0, 0, 0, 0, 0, 0, 0, 0]); // x is 4000
    let map = TrackMap::from_fast_lane(&hill).unwrap();
    assert!(!map.is_closed() && map.coverage() < 0.5, "{}", map.coverage());
}

#[test]
fn a_broken_fast_lane_is_an_error() {
    let whole = fast_lane(40);
    for length in 0..16 + 20 * 40 {
        let error = TrackMap::from_fast_lane(&whole[..length]).unwrap_err();
        let TrackFileError::TooShort { offset, end, length: has, .. } = error else { panic!("{error}") };
        assert!(offset <= 16 && end > length as u64 && has == length, "{error}");
    }
    for length in 16 + 20 * 40..whole.len() {
        assert!(TrackMap::from_fast_lane(&whole[..length]).is_ok(), "the details are not read");
    }
    let mut refused = 0;
    for place in 0..16 + 20 * 40 {
        for value in [0, 0x7F, 0x80, 0xFF] {
            let mut broken = whole.clone();
            broken[place] = value;
            match TrackMap::from_fast_lane(&broken) {
                Ok(map) => {
                    let is_right = |at: f32| (0.0..1.0).contains(&at);
                    assert!(map.outline().iter().all(|point| is_right(point.place)), "{place}: {value}");
                    assert!(map.place(Vec3::new(1.0, 2.0, 3.0)).is_none_or(|place| is_right(place.place)));
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 30, "{refused}");

    let with = |place: usize, bytes: [u8; 4]| {
        let mut broken = whole.clone();
        broken[place..place + 4].copy_from_slice(&bytes);
        TrackMap::from_fast_lane(&broken).unwrap_err()
    };
    let error = with(0, 6_i32.to_le_bytes());
    assert_eq!(error.to_string(), "fast_lane.ai is of version 6 at byte 0, and only version 7 is known");
    for count in [i32::MIN, -1, 0, 2] {
        let error = with(4, count.to_le_bytes());
        assert_eq!(error, TrackFileError::Points { count });
    }
    let error = with(4, i32::MAX.to_le_bytes());
    assert_eq!(
        error.to_string(),
        "fast_lane.ai ends at byte 3700: its points, from byte 16 on, would end at byte 42949672956"
    );
    let error = with(16 + 20 * 5 + 8, f32::NAN.to_le_bytes());
    assert_eq!(error, TrackFileError::NotANumber { point: 5, offset: 116 });
    let mut one_place = whole[..16].to_vec();
    one_place.extend(whole[16..36].repeat(40));
    assert_eq!(TrackMap::from_fast_lane(&one_place).unwrap_err(), TrackFileError::OnePlace);
}

const INI: &str = "\u{feff}; of a map editor\r\n[GENERAL]\r\nWIDTH=1\r\n[parameters]\r\nwidth = 1171.5 ; pixels\r\nHEIGHT=800\r\n\
    MARGIN=20\r\nSCALE_FACTOR=1.25\r\nX_OFFSET=600.5\r\nZ_OFFSET=-40\r\nDRAWING_SIZE=10\r\nMAX_SIZE=1600\r\n";

#[test]
fn a_map_ini_says_where_a_position_is_on_the_picture() {
    let map = MapImage::from_ini(INI).unwrap();
    assert_eq!((map.width, map.height, map.margin, map.drawing_size), (1171.5, 800.0, 20.0, 10.0));
    assert_eq!((map.scale_factor, map.x_offset, map.z_offset), (1.25, 600.5, -40.0));
    assert_eq!(map.pixel(Vec3::new(24.5, 99.0, 165.0)), (500.0, 100.0));
    assert_eq!(map.world((500.0, 100.0)), (24.5, 165.0));
    let map = MapImage::from_ini(&INI.replace("MARGIN", "margins").replace("DRAWING_SIZE", "size")).unwrap();
    assert_eq!((map.margin, map.drawing_size), (0.0, 0.0));
}

#[test]
fn a_broken_map_ini_is_an_error() {
    for key in ["width", "HEIGHT", "SCALE_FACTOR", "X_OFFSET", "Z_OFFSET"] {
        let error = MapImage::from_ini(&INI.replace(key, "x")).unwrap_err();
        assert_eq!(error.to_string(), format!("map.ini has no {} in [PARAMETERS]", key.to_uppercase()));
    }
    for (value, broken) in [
        ("=1.25", "=0"),
        ("=1.25", "=-1"),
        ("=1.25", "=NaN"),
        ("=1.25", "=inf"),
        ("=1.25", "="),
        ("=800", "=many"),
        ("=20", "=1e99"),
        ("=-40", "=\u{1b}[31m"),
    ] {
        let error = MapImage::from_ini(&INI.replace(value, broken)).unwrap_err();
        let TrackFileError::Value { line, .. } = error else { panic!("{error}") };
        let expected = INI.lines().position(|line| line.ends_with(value)).unwrap() + 1;
        assert_eq!(line, expected, "{error}");
        assert!(!error.to_string().contains('\u{1b}'), "{error}");
    }
    assert_eq!(MapImage::from_ini("").unwrap_err(), TrackFileError::Missing { key: "WIDTH" });
    for end in (0..INI.len()).filter(|&end| INI.is_char_boundary(end)) {
        let _ = MapImage::from_ini(&INI[..end]);
        for byte in [b'0', b'=', b'[', b';', b'\n'] {
            let mut broken = INI.as_bytes().to_vec();
            broken[end] = byte;
            if let Ok(map) = MapImage::from_ini(&String::from_utf8_lossy(&broken)) {
                assert!(map.scale_factor > 0.0 && map.pixel(Vec3::default()).0.is_finite());
            }
        }
    }
}
