//! serde forms that differ from serde's own, for the whole crate.
//!
//! JSON cannot express NaN and the infinities, but a packet that carries one must read back to an equal value. They
//! become the strings `"Infinity"`, `"-Infinity"`, `"NaN"`, and `"NaN(0x7fc00001)"` for a NaN with other bits than
//! Rust's own.
//!
//! A duration is a whole number of milliseconds, as on the wire; serde's own form is
//! `{"secs":1,"nanos":0}`.

/// For `skip_serializing_if`: what is seldom known is not worth a key.
#[cfg(feature = "tracker")]
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// For a field of type `f32`.
pub(crate) mod float {
    use std::fmt;

    use serde::de::{Error, Unexpected, Visitor};
    use serde::{Deserializer, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    pub(crate) fn serialize<S: Serializer>(value: &f32, serializer: S) -> Result<S::Ok, S::Error> {
        if value.is_finite() {
            serializer.serialize_f32(*value)
        } else if value.is_infinite() {
            serializer.serialize_str(if *value > 0.0 { "Infinity" } else { "-Infinity" })
        } else if value.to_bits() == f32::NAN.to_bits() {
            serializer.serialize_str("NaN")
        } else {
            serializer.collect_str(&format_args!("NaN({:#010x})", value.to_bits()))
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
        deserializer.deserialize_any(Float)
    }

    struct Float;

    impl Visitor<'_> for Float {
        type Value = f32;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(r#"a number, "Infinity", "-Infinity", "NaN" or "NaN(0x…)""#)
        }

        fn visit_f32<E: Error>(self, value: f32) -> Result<f32, E> {
            Ok(value)
        }

        /// Parses the decimal text again, because a cast would round a second time: it turns 7.038531e-26 into
        /// the next float.
        fn visit_f64<E: Error>(self, value: f64) -> Result<f32, E> {
            let nearest: f32 = value.to_string().parse().map_err(E::custom)?;
            if value.is_finite() && nearest.is_infinite() {
                return Err(E::invalid_value(
                    Unexpected::Float(value),
                    &"a number that a 32-bit float holds",
                ));
            }
            Ok(nearest)
        }

        #[allow(clippy::cast_precision_loss)]
        fn visit_i64<E: Error>(self, value: i64) -> Result<f32, E> {
            Ok(value as f32)
        }

        #[allow(clippy::cast_precision_loss)]
        fn visit_u64<E: Error>(self, value: u64) -> Result<f32, E> {
            Ok(value as f32)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<f32, E> {
            match text {
                "Infinity" => Ok(f32::INFINITY),
                "-Infinity" => Ok(f32::NEG_INFINITY),
                "NaN" => Ok(f32::NAN),
                _ => text
                    .strip_prefix("NaN(0x")
                    .and_then(|rest| rest.strip_suffix(')'))
                    .and_then(|bits| u32::from_str_radix(bits, 16).ok())
                    .map(f32::from_bits)
                    .filter(|value| value.is_nan())
                    .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self)),
            }
        }
    }
}

/// For a field of type `Option<f32>`: null is `None`.
pub(crate) mod optional_float {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Float(#[serde(with = "super::float")] f32);

    #[allow(clippy::ref_option)] // serde's signature
    pub(crate) fn serialize<S: Serializer>(value: &Option<f32>, serializer: S) -> Result<S::Ok, S::Error> {
        value.map(Float).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f32>, D::Error> {
        Ok(Option::<Float>::deserialize(deserializer)?.map(|Float(value)| value))
    }
}

/// For a field of type `Duration`. Cuts off fractions of a millisecond.
#[cfg(any(feature = "tracker", feature = "relay", feature = "sim"))]
pub(crate) mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

/// For a field of type `Option<Duration>`: null is `None`.
#[cfg(any(feature = "tracker", feature = "relay"))]
pub(crate) mod optional_milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Milliseconds(#[serde(with = "super::milliseconds")] Duration);

    #[allow(clippy::ref_option)] // serde's signature
    pub(crate) fn serialize<S: Serializer>(
        time: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        time.map(Milliseconds).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Milliseconds>::deserialize(deserializer)?.map(|Milliseconds(time)| time))
    }
}
