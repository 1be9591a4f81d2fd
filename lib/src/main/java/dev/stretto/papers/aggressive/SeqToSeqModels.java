package dev.stretto.papers.aggressive;

import dev.stretto.data.text.CharTokenizer;
import dev.stretto.data.text.JavaSources;
import dev.stretto.data.text.JsonRecords;
import dev.stretto.data.text.TaskCorpus.Example;
import dev.stretto.data.text.TextFiles;
import dev.stretto.data.text.ToyTranslation;
import dev.stretto.experiments.Recipe;
import dev.stretto.models.TokenModel;
import dev.stretto.models.language.Seq2Seq;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.GlancingTraining;
import dev.stretto.training.PairTraining;
import dev.stretto.training.PairTraining.Pair;
import dev.stretto.training.TrainingConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The encoder-decoders of aggressive decoding, on characters: correctors of noisy lines, and a
 * translator with a block drafter that learned from its outputs.
 */
public final class SeqToSeqModels {
  /** Characters of them all. */
  static final CharTokenizer TOKENIZER = CharTokenizer.printable();

  /** The toy languages of the translator. */
  static final ToyTranslation LANGUAGES = new ToyTranslation(3);

  /** Id of a masked place: the filler, which no text has. */
  static final int MASK = TOKENIZER.pad();

  private static final int BLOCK = 25;
  private static final int BLOCK_STEPS = 700;

  private SeqToSeqModels() {}

  /**
   * A corrector.
   *
   * @param shape of the network
   * @param rows pairs per step
   * @param rates of errors per character, one drawn for each pair
   * @param shortest characters of a clean line
   * @param longest characters of a clean line
   */
  public record Correction(
      Seq2Seq.Config shape, int rows, List<Double> rates, int shortest, int longest) {}

  /**
   * A translator or its drafter.
   *
   * @param shape of the network
   * @param rows pairs per step
   * @param block masked places, 0 for a model that writes on
   * @param outputs texts of the translator that the drafter learns from, 0 for the translator
   */
  public record Translation(Seq2Seq.Config shape, int rows, int block, int outputs) {}

  /** Two layers in encoder and decoder each. */
  public static final Recipe<Correction, Seq2Seq, List<Pair>> CORRECTOR = corrector(2, 2);

  /** A shallow decoder: three layers in the encoder, one in the decoder; extended runs only. */
  public static final Recipe<Correction, Seq2Seq, List<Pair>> SHALLOW = corrector(3, 1);

  /** The verifier of GAD. */
  public static final Recipe<Translation, Seq2Seq, List<Pair>> TRANSLATOR =
      translation("translator-2e2d", 0, 0)
          .training(training(1100))
          .batches((config, in, rng) -> batch(config.rows(), () -> pair(LANGUAGES.draw(rng))))
          .loss((config, in, model) -> new PairTraining(model));

  /** The drafter of GAD: begins with the translator's weights, learns from its greedy outputs. */
  public static final Recipe<Translation, Seq2Seq, List<Pair>> BLOCK_DRAFTER =
      translation("block-drafter-2e2d", BLOCK, 3200)
          .from(TRANSLATOR)
          .training(training(BLOCK_STEPS))
          .needs(TRANSLATOR)
          .source(
              (config, in, seed) -> {
                List<Pair> outputs = outputs(in.get(TRANSLATOR), config.outputs());
                return pairs(seed, config.rows(), rng -> outputs.get(rng.nextInt(outputs.size())));
              })
          .loss(
              (config, in, model) ->
                  new GlancingTraining(
                      model, MASK, config.block(), BLOCK_STEPS, SeedTree.of(in.seed())));

  private static Recipe<Correction, Seq2Seq, List<Pair>> corrector(int encoder, int decoder) {
    return Recipe.of(
            "corrector-%de%dd".formatted(encoder, decoder),
            new Correction(shape(encoder, decoder, 72), 32, List.of(0., .01, .02, .05, .1), 16, 40),
            (config, seed) -> new Seq2Seq(config.shape(), seed))
        .training(training(2000))
        .source(
            (config, in, seed) -> {
              List<String> lines = lines(true, config);
              return pairs(
                  seed,
                  config.rows(),
                  rng -> {
                    double rate = config.rates().get(rng.nextInt(config.rates().size()));
                    return pair(new NoisyLines(lines, rate).draw(rng));
                  });
            })
        .loss((config, in, model) -> new PairTraining(model));
  }

  private static Recipe<Translation, Seq2Seq, Void> translation(
      String name, int block, int outputs) {
    return Recipe.of(
        name,
        new Translation(shape(2, 2, 128), 32, block, outputs),
        (config, seed) -> new Seq2Seq(config.shape(), seed));
  }

  private static Seq2Seq.Config shape(int encoder, int decoder, int positions) {
    return new Seq2Seq.Config(encoder, decoder, 64, TOKENIZER.vocabulary(), positions, positions);
  }

  private static TrainingConfig training(int steps) {
    return TrainingConfig.of(Budget.steps(steps), 3e-3).withWarmup(100);
  }

  /** Lines of code and generated records that no corrector learned from. */
  static List<String> heldOut() {
    return lines(false, CORRECTOR.config());
  }

  private static List<String> lines(boolean train, Correction config) {
    TextFiles code = JavaSources.installed("java.base/java/");
    Stream<String> records =
        new JsonRecords()
            .examples(SeedTree.of(train ? 11 : 12))
            .limit(train ? 3000 : 300)
            .map(Example::text);
    Stream<String> source = Stream.of((train ? code.train() : code.heldOut()).text(1_000_000));
    return NoisyLines.of(Stream.concat(records, source), config.shortest(), config.longest());
  }

  /** Ids of a noisy line, cut to what the corrector reads, and of the clean one. */
  static Pair pair(NoisyLines.Pair lines) {
    int[] source = TOKENIZER.encode(lines.noisy());
    int most = Math.min(source.length, CORRECTOR.config().shape().maxSource());
    return new Pair(Arrays.copyOf(source, most), target(lines.clean()));
  }

  /** Ids of a sentence and of its translation. */
  static Pair pair(Example example) {
    return new Pair(TOKENIZER.encode(example.prompt()), target(example.answer()));
  }

  private static int[] target(String text) {
    IntStream ids = IntStream.of(TOKENIZER.encode(text));
    return begun(IntStream.concat(ids, IntStream.of(TOKENIZER.eos())));
  }

  private static int[] begun(IntStream ids) {
    return IntStream.concat(IntStream.of(TOKENIZER.bos()), ids).toArray();
  }

  /** What a translator writes for drawn sentences. */
  private static List<Pair> outputs(Seq2Seq translator, int count) {
    int[][] sources =
        LANGUAGES
            .examples(SeedTree.of(21))
            .limit(count)
            .map(example -> TOKENIZER.encode(example.prompt()))
            .toArray(int[][]::new);
    Decoder.Options options = new Decoder.Options(127, TOKENIZER.eos(), Sampling.greedy());
    List<Pair> pairs = new ArrayList<>();
    for (int from = 0; from < count; from += 64) {
      int[][] some = Arrays.copyOfRange(sources, from, Math.min(count, from + 64));
      try (TokenModel model = translator.conditionedOn(some)) {
        int[][] written = Decoder.decode(model, begins(some.length), options).tokens();
        for (int i = 0; i < some.length; i++) {
          pairs.add(new Pair(some[i], begun(IntStream.of(written[i]))));
        }
      }
    }
    return pairs;
  }

  /** Prompts of so many rows: the begin token alone. */
  static int[][] begins(int rows) {
    return IntStream.range(0, rows)
        .mapToObj(_ -> new int[] {TOKENIZER.bos()})
        .toArray(int[][]::new);
  }

  private static BatchSource<List<Pair>> pairs(long seed, int rows, Function<Rng, Pair> draw) {
    return BatchSource.drawn(
        SeedTree.of(seed).child("pairs"), rng -> batch(rows, () -> draw.apply(rng)));
  }

  private static List<Pair> batch(int rows, Supplier<Pair> draw) {
    return Stream.generate(draw).limit(rows).toList();
  }
}
