//! The stamps of files, packed here: `fs` knows of no encoding.

use crate::codec::values::packed_fields;
use crate::fs::file_stamp::{FileStamp, Timestamp};

packed_fields!(Timestamp { seconds, nanos });
packed_fields!(FileStamp { device, inode, size, modified, changed });
