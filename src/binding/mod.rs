//! The functions that Node calls: plain objects in and out, all work on threads of their own.
