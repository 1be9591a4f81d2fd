package dev.stretto.papers.aggressive;

import dev.stretto.models.language.ReplayTarget;
import dev.stretto.papers.aggressive.InputGuidedDrafter.ReAlign;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Sentences of learners with four corrections each (JFLEG, Napoles et al. 2017; real data, never
 * part of the project): an oracle corrector emits a reference, so what copying from the source
 * gains is counted without a model.
 *
 * @param sources as written
 * @param references [reference][sentence]
 */
public record JflegReplay(List<String> sources, List<List<String>> references) {
  /** Into what a sentence is cut. */
  public enum Unit {
    /** Words as the files have them. */
    WORDS,
    /** Words cut after every fourth character; a piece knows whether it begins a word. */
    PIECES,
    /** Characters, spaces included. */
    CHARACTERS;

    List<String> cut(String sentence) {
      return switch (this) {
        case WORDS -> List.of(sentence.split(" "));
        case PIECES ->
            Stream.of(sentence.split(" "))
                .flatMap(
                    word ->
                        IntStream.range(0, (word.length() + 3) / 4)
                            .mapToObj(
                                i ->
                                    (i == 0 ? " " : "")
                                        + word.substring(
                                            4 * i, Math.min(word.length(), 4 * i + 4))))
                .toList();
        case CHARACTERS -> sentence.codePoints().mapToObj(Character::toString).toList();
      };
    }
  }

  /**
   * A sentence and one correction in ids of their own: 0 begins a text, 1 ends it.
   *
   * @param source without either
   * @param target 0, the correction, 1
   */
  public record Pair(int[] source, int[] target) {
    /**
     * Numbers two texts.
     *
     * @param source tokens
     * @param target tokens
     * @return the pair
     */
    public static Pair of(List<String> source, List<String> target) {
      Map<String, Integer> ids = new HashMap<>();
      int[] from = numbered(source, ids).toArray();
      return new Pair(
          from,
          IntStream.concat(
                  IntStream.of(0), IntStream.concat(numbered(target, ids), IntStream.of(1)))
              .toArray());
    }

    private static IntStream numbered(List<String> tokens, Map<String, Integer> ids) {
      return tokens.stream().mapToInt(token -> ids.computeIfAbsent(token, _ -> ids.size() + 2));
    }
  }

  /**
   * Reads the development set.
   *
   * @param folder with {@code dev.src} and {@code dev.ref0} to {@code dev.ref3}
   * @return its 754 sentences; throws UncheckedIOException for a file that is missing
   */
  public static JflegReplay read(Path folder) {
    List<List<String>> references = new ArrayList<>();
    for (int r = 0; r < 4; r++) {
      references.add(lines(folder.resolve("dev.ref" + r)));
    }
    return new JflegReplay(lines(folder.resolve("dev.src")), references);
  }

  /**
   * {@return what copying gains where an oracle writes a correction}
   *
   * @param reference 0 to 3
   * @param unit into what sentences are cut
   * @param align how the copy goes on
   */
  public Acceptance copied(int reference, Unit unit, ReAlign align) {
    return pairs(reference, unit).stream()
        .map(
            pair ->
                SpeculativeDecoder.decode(
                        new ReplayTarget(new int[][] {pair.target}),
                        new int[][] {{0}},
                        new Decoder.Options(1000, 1, Sampling.greedy()),
                        new InputGuidedDrafter(new int[][] {pair.source}, align),
                        new ExactMatch())
                    .acceptance())
        .reduce(Acceptance::plus)
        .orElseThrow();
  }

  /**
   * A reference with both rules.
   *
   * @param reference 0 to 3
   * @param unit into what sentences are cut
   * @param passes per sentence with the paper's rule
   * @param unique tokens per pass with it
   * @param nearest tokens per pass with the nearest match
   */
  public record Row(int reference, Unit unit, double passes, double unique, double nearest) {}

  /** {@return every reference in words, the first one in pieces and characters too} */
  public List<Row> table() {
    return Stream.concat(
            IntStream.range(0, 4).mapToObj(reference -> row(reference, Unit.WORDS)),
            Stream.of(row(0, Unit.PIECES), row(0, Unit.CHARACTERS)))
        .toList();
  }

  private Row row(int reference, Unit unit) {
    Acceptance unique = copied(reference, unit, ReAlign.UNIQUE);
    double nearest = copied(reference, unit, ReAlign.NEAREST).lengthWithBonus();
    double passes = (double) unique.passes() / sources.size();
    return new Row(reference, unit, passes, unique.lengthWithBonus(), nearest);
  }

  /**
   * {@return the largest distance of passes per sentence from counts made apart from this code}
   *
   * @param rows of {@link #table}
   */
  public static double distance(List<Row> rows) {
    double[] known = {7.92, 8.19, 7.09, 6.32};
    return rows.stream()
        .filter(row -> row.unit == Unit.WORDS)
        .mapToDouble(row -> Math.abs(row.passes - known[row.reference]))
        .max()
        .orElseThrow();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream().map(String::strip).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(
          new IOException(file + " cannot be read, expected JFLEG's sentences, one a line", e));
    }
  }

  /**
   * All sentences with one of their corrections.
   *
   * @param reference 0 to 3
   * @param unit into what they are cut
   * @return a pair a sentence
   */
  public List<Pair> pairs(int reference, Unit unit) {
    return IntStream.range(0, sources.size())
        .mapToObj(
            i -> Pair.of(unit.cut(sources.get(i)), unit.cut(references.get(reference).get(i))))
        .toList();
  }
}
