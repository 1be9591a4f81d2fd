package dev.stretto.data.manifest;

import dev.stretto.data.manifest.ManifestException.Reason;
import java.nio.file.Path;
import java.util.Map;

/** wav2letter's lists: id, path, duration in milliseconds, transcript, parted by blanks. */
final class LstSource implements CutSource {
  private final Place place;
  private final Lines lines;
  private final Assembler assembler;

  LstSource(Path file, Assembler assembler) {
    this.place = new Place(file.toString());
    this.lines = new Lines(file, place);
    this.assembler = assembler;
  }

  @Override
  public Cut next() {
    if (!lines.next()) {
      if (lines.number() == 0) {
        place.line(1);
        throw place.fatal(Reason.EMPTY, "the file is empty, expected an utterance a line");
      }
      return null;
    }
    String[] part = lines.text().strip().split("\\s+", 4);
    if (part.length < 3) {
      throw place.bad(
          Reason.BAD_LINE,
          "the line has " + part.length + " fields, expected id, path, milliseconds, transcript");
    }
    double milliseconds = SideFile.number("duration", part[2], place);
    return assembler.cut(
        place,
        part[0],
        milliseconds / 1000,
        Assembler.UNSTATED,
        part.length < 4 ? "" : part[3],
        "",
        Map.of(NemoSource.AUDIO, part[1]));
  }

  @Override
  public Place place() {
    return place;
  }

  @Override
  public void close() {
    lines.close();
  }
}
