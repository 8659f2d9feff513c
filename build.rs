//! Link settings that a Node addon needs on each platform.

use std::env;

fn main() {
    // The core alone is no addon, and some platforms look for a Node to link with.
    if env::var_os("CARGO_FEATURE_BINDING").is_some() {
        napi_build::setup();
    }
}
