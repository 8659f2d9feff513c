//! The stamps of files, packed here: `fs` knows of no encoding.

use crate::codec::values::packed_fields;
use crate::fs::file_stamp::{Identity, Moment};

packed_fields!(Moment { seconds, nanos });
packed_fields!(Identity { device, inode, size, modified, changed });
