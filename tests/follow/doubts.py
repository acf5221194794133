"""What nobody can tell of a log, going by what is left in its directory; `judge` has the list."""

from contextlib import suppress

from sqmail_log import tai64n

PROCESSING = 3600 * 10**9
SLACK = 2 * 10**9


class Doubts:
    """What a judge asks of the lines that were not handed out, or twice."""

    def is_passed_over(self, line, last, stamp):
        """Tell whether a line looks as if it had been read: it stands before one as old as the last that was."""
        if line.handed_out:
            return False
        if self.log.processor and (line.file.number < last or self.stamp(line) <= stamp):
            return True
        if line.file.number > last:
            return False
        lines = line.file.lines
        return any(self.stamp(other) <= stamp for other in lines[lines.index(line) :])

    def stamp(self, line):
        try:
            return tai64n.nanoseconds(line.raw, self.log.offset)
        except ValueError:
            return 0

    def is_told_apart(self, line):
        """Tell whether a file that a filter wrote anew looks like one that came after the last line that was read."""
        if line.file in self.told_apart or ("new times" in self.doubts and not self.stamp(line.file.lines[0])):
            return True
        last = next((last for last in self.last_before_gaps if last.file is line.file), None)
        if last is None or not last.dropped:
            return False
        if self.stamp(line) > self.stamp(last):
            return True
        self.told_apart.append(line.file)
        if self.new_times:
            return True  # the directory was copied without what tells that it has a processor
        kept = (self.stamp(other) for other in line.file.lines if not other.dropped)
        return next(filter(None, kept), 0) > self.stamp(last)

    def note_undecidable(self):
        """Look at what is gone since the last look, and was not told."""
        if self.gap_now:
            return
        for file in self.log.files:
            left = [line for line in file.lines if is_missing(line) and not line.told]
            if left and file.gone is not None and left[0].written < self.began and self.is_undecidable(file):
                self.undecidable += len(left)
                for line in left:
                    line.told = True

    def is_undecidable(self, file):
        """Tell whether nothing that is left tells that a file was removed that had come since the last look."""
        if any(line.written <= self.looked for line in file.lines):
            return False
        if file.truncated:
            return True
        last = self.last_before
        place = max(self.place_before, -1 if last is None else last.file.number)
        if place < 0:
            return bool(self.log.processor)
        own = self.log.files[place]
        if own.gone is not None and own.gone < self.began and self.head_before:
            return False
        # What went in this reading went before it looked, or after.
        after = [other for other in self.log.files if other.gone is None]
        before = [other for other in self.log.files if other.gone is None or other.gone >= self.began]
        before = [other for other in before if other is not file]
        return any(self.is_plain(there, file, place) for there in (after, before))

    def is_plain(self, there, file, place):
        """Tell whether the files that are there look as if `file` had never been."""
        new = [other for other in there if other.number > place and other.label not in self.seen_before]
        live = self.log.names.get(self.log.live)
        known = [other for other in there if other not in new and other is not live]
        if not known:
            return self.last_before is None and bool(self.log.processor)
        if file.out_of_order:
            return True
        least = min(other.label for other in known)
        if any(other.label and other.label < least for other in new):
            return False
        begins = [begin for begin in map(self.begun, new) if begin]
        if self.log.names_are_late and len(known) < 2 and begins:
            begins[0] = max(begins[0], min(least, begins[0] + PROCESSING))
        return all(begin > least - SLACK for begin in begins)

    def begun(self, file):
        """Return the first stamp that a file had when this reading began, 0 for none."""
        for line in file.lines:
            if line.written < self.began:
                with suppress(ValueError):
                    return tai64n.nanoseconds(line.raw)
        return 0


def is_missing(line):
    """Tell whether a line was to be handed out and was not: what a processor dropped was not."""
    return bool(line.ids) and not line.handed_out and not line.dropped
