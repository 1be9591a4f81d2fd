package dev.stretto.data.manifest;

import dev.stretto.data.manifest.ManifestException.Reason;
import java.util.Map;

/** wav2letter's lists: id, path, duration in milliseconds, transcript, parted by blanks. */
final class LstParser implements LineSource.Parser {
  private final Place place;
  private final Lines lines;
  private final Assembler assembler;

  LstParser(Lines lines, Assembler assembler) {
    this.lines = lines;
    this.place = lines.place();
    this.assembler = assembler;
  }

  @Override
  public Cut parse() {
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
        Map.of(NemoParser.AUDIO, part[1]));
  }
}
