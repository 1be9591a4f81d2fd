package dev.stretto.experiments;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The library's own tables: tab-separated resources with a header line. */
final class Tsv {
  private Tsv() {}

  static List<Map<String, String>> rows(String resource) {
    List<String> lines;
    try (InputStream in = Tsv.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the library lacks its resource " + resource);
      }
      lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String[] header = lines.getFirst().split("\t", -1);
    List<Map<String, String>> rows = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      String[] cells = lines.get(i).split("\t", -1);
      if (cells.length != header.length) {
        throw new IllegalStateException(
            "%s, line %d has %d cells instead of %d"
                .formatted(resource, i + 1, cells.length, header.length));
      }
      Map<String, String> row = new LinkedHashMap<>();
      for (int j = 0; j < header.length; j++) {
        row.put(header[j], cells[j]);
      }
      rows.add(row);
    }
    return List.copyOf(rows);
  }
}
