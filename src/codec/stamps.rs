//! The stamps of files, encoded here: `fs` knows of no encoding.

use crate::codec::values::codec_fields;
use crate::fs::file_stamp::{FileStamp, Timestamp};

codec_fields!(Timestamp { seconds, nanos });
codec_fields!(FileStamp { device, inode, size, modified, changed });
