"""CalDAV: Radicale, Xandikos, DAViCal, Cyrus, SOGo, Nextcloud and whatever else speaks RFC 4791."""
