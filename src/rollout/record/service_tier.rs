//! The service tier that a turn asks for.

use serde::Deserialize;
use serde::de::Deserializer;

use crate::codec::codec_variants;
use crate::rollout::record::text::Text;

/// The service tier: the speed, and the price, at which the provider is asked to answer.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceTier {
    /// No tier in particular: what `null`, `auto` and `default` stand for, and rollouts that name none.
    #[default]
    Standard,
    /// `priority`, in a configuration also `fast`.
    Priority,
    /// `flex`: slower and cheaper.
    Flex,
    /// `ultrafast`, which few models have.
    Ultrafast,
}

codec_variants!(ServiceTier { Standard, Priority, Flex, Ultrafast });

impl ServiceTier {
    /// Every tier, the usual one first.
    pub const ALL: [Self; 4] = [Self::Standard, Self::Priority, Self::Flex, Self::Ultrafast];

    /// The name that programs see, and price tables use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Priority => "priority",
            Self::Flex => "flex",
            Self::Ultrafast => "ultrafast",
        }
    }

    /// The tier of a name in a rollout. One that nobody knows yet has no rates, and counts as the usual one.
    fn of_name(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "priority" | "fast" => Self::Priority,
            "flex" => Self::Flex,
            "ultrafast" => Self::Ultrafast,
            _ => Self::Standard,
        }
    }
}

impl<'de> Deserialize<'de> for ServiceTier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Text::deserialize(deserializer)?.0;
        Ok(name.as_deref().map_or(Self::Standard, Self::of_name))
    }
}

/// Reads a field that is there, also one that is `null`.
pub(super) fn said<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<ServiceTier>, D::Error> {
    ServiceTier::deserialize(deserializer).map(Some)
}
