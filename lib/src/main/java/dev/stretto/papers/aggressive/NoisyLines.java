package dev.stretto.papers.aggressive;

import dev.stretto.tensor.Rng;
import java.util.List;
import java.util.stream.Stream;

/**
 * Lines with typing errors, to be corrected: at each character, with the given probability, it is
 * dropped, doubled, swapped with the next one or replaced by a small letter.
 *
 * @param lines clean ones, at least one
 * @param rate probability of an error at a character, 0 to 1
 */
public record NoisyLines(List<String> lines, double rate) {
  /**
   * A line and what it should be.
   *
   * @param noisy with errors
   * @param clean without
   */
  public record Pair(String noisy, String clean) {}

  /** Checks both; throws IllegalArgumentException naming the value. */
  public NoisyLines {
    if (lines.isEmpty() || !(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          "%d lines and rate %s, expected 1 or more and 0 to 1".formatted(lines.size(), rate));
    }
  }

  /**
   * Lines of texts.
   *
   * @param texts for example Java sources, one after the other
   * @param shortest fewest characters of a line without the spaces around it
   * @param longest most characters
   * @return lines of printable ASCII in their order, each once
   */
  public static List<String> of(Stream<String> texts, int shortest, int longest) {
    return texts
        .flatMap(String::lines)
        .map(String::strip)
        .filter(line -> line.length() >= shortest && line.length() <= longest)
        .filter(line -> line.chars().allMatch(c -> c >= ' ' && c < 127))
        .distinct()
        .toList();
  }

  /**
   * A random line.
   *
   * @param rng of the choice and the errors
   * @return the pair
   */
  public Pair draw(Rng rng) {
    String clean = lines.get(rng.nextInt(lines.size()));
    return new Pair(noisy(clean, rng), clean);
  }

  /**
   * Makes errors.
   *
   * @param line clean
   * @param rng of the errors
   * @return the line with errors, never empty
   */
  public String noisy(String line, Rng rng) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (rng.nextDouble() >= rate) {
        out.append(c);
        continue;
      }
      switch (rng.nextInt(4)) {
        case 0 -> {}
        case 1 -> out.append(c).append(c);
        case 2 -> {
          if (i + 1 < line.length()) {
            out.append(line.charAt(++i));
          }
          out.append(c);
        }
        default -> out.append((char) ('a' + rng.nextInt(26)));
      }
    }
    return out.isEmpty() ? line : out.toString();
  }
}
