//! FTP against a server that follows a script.
