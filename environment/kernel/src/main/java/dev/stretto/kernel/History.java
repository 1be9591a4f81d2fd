package dev.stretto.kernel;

import com.google.gson.JsonArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The cells of this session, counted from 1, with the text of their results. */
final class History {
  private record Entry(String input, String output) {}

  private final List<Entry> entries = new ArrayList<>();

  void add(String input) {
    entries.add(new Entry(input, null));
  }

  /** Adds its result to the cell that was added last. */
  void result(String output) {
    if (!entries.isEmpty()) {
      entries.set(entries.size() - 1, new Entry(entries.getLast().input(), output));
    }
  }

  /** The entries that a {@code history_request} asks for. */
  JsonArray select(Message request) {
    int size = entries.size();
    int[] lines =
        switch (request.text("hist_access_type", "tail")) {
          case "range" -> {
            int stop = Math.min(size + 1, request.number("stop", size + 1));
            yield IntStream.range(Math.max(1, request.number("start", 1)), stop).toArray();
          }
          case "search" -> last(request, matching(request));
          default -> last(request, IntStream.rangeClosed(1, size).toArray());
        };
    var selected = new JsonArray();
    for (int line : lines) {
      Entry entry = entries.get(line - 1);
      var one = new JsonArray();
      one.add(0);
      one.add(line);
      if (request.flag("output", false)) {
        var both = new JsonArray();
        both.add(entry.input());
        both.add(entry.output());
        one.add(both);
      } else {
        one.add(entry.input());
      }
      selected.add(one);
    }
    return selected;
  }

  private int[] matching(Message request) {
    String glob = "\\Q" + request.text("pattern", "*") + "\\E";
    Pattern pattern =
        Pattern.compile(glob.replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q"), Pattern.DOTALL);
    var seen = new LinkedHashSet<String>();
    boolean unique = request.flag("unique", false);
    return IntStream.rangeClosed(1, entries.size())
        .filter(line -> pattern.matcher(entries.get(line - 1).input()).matches())
        .filter(line -> seen.add(entries.get(line - 1).input()) || !unique)
        .toArray();
  }

  private static int[] last(Message request, int[] lines) {
    int n = Math.clamp(request.number("n", lines.length), 0, lines.length);
    return Arrays.copyOfRange(lines, lines.length - n, lines.length);
  }
}
