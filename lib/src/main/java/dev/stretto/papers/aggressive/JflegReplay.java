package dev.stretto.papers.aggressive;

import dev.stretto.models.language.ReplayTarget;
import dev.stretto.papers.aggressive.InputGuidedDrafter.ReAlign;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.training.PairTraining.Pair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
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

    private static final Pattern PIECE = Pattern.compile(" ?[^ ]{1,4}");

    List<String> cut(String sentence) {
      return switch (this) {
        case WORDS -> List.of(sentence.split(" "));
        case PIECES -> {
          Stream<MatchResult> pieces = PIECE.matcher(" " + sentence).results();
          yield pieces.map(MatchResult::group).toList();
        }
        case CHARACTERS -> sentence.codePoints().mapToObj(Character::toString).toList();
      };
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
                        new ReplayTarget(new int[][] {pair.target()}),
                        new int[][] {{0}},
                        new Decoder.Options(1000, 1, Sampling.greedy()),
                        new InputGuidedDrafter(
                            new int[][] {pair.source()}, align, Integer.MAX_VALUE),
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
   * All sentences with one of their corrections, in ids of their own.
   *
   * @param reference 0 to 3
   * @param unit into what they are cut
   * @return a pair a sentence; 0 begins the correction, 1 ends it
   */
  public List<Pair> pairs(int reference, Unit unit) {
    List<String> corrections = references.get(reference);
    return IntStream.range(0, sources.size())
        .mapToObj(i -> pair(unit.cut(sources.get(i)), unit.cut(corrections.get(i))))
        .toList();
  }

  private static Pair pair(List<String> source, List<String> correction) {
    Map<String, Integer> ids = new HashMap<>();
    int[] read = source.stream().mapToInt(token -> number(token, ids)).toArray();
    IntStream written = correction.stream().mapToInt(token -> number(token, ids));
    IntStream ended = IntStream.concat(written, IntStream.of(1));
    return new Pair(read, IntStream.concat(IntStream.of(0), ended).toArray());
  }

  private static int number(String token, Map<String, Integer> ids) {
    return ids.computeIfAbsent(token, _ -> ids.size() + 2);
  }
}
