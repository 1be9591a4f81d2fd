package dev.stretto.papers.aggressive;

import dev.stretto.data.text.CharTokenizer;
import dev.stretto.data.text.JavaSources;
import dev.stretto.data.text.JsonRecords;
import dev.stretto.data.text.TaskCorpus.Example;
import dev.stretto.data.text.TextFiles;
import dev.stretto.data.text.ToyTranslation;
import dev.stretto.experiments.Artefacts;
import dev.stretto.models.TokenModel;
import dev.stretto.models.language.Seq2Seq;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.GlancingTraining;
import dev.stretto.training.LossStep;
import dev.stretto.training.PairTraining;
import dev.stretto.training.PairTraining.Pair;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The encoder-decoders of aggressive decoding, on characters: correctors of noisy lines, and a
 * translator with a block drafter that learned from its outputs.
 */
public final class SeqToSeqModels {
  /** Characters of them all. */
  public static final CharTokenizer TOKENIZER = CharTokenizer.printable();

  /** The toy languages of the translators. */
  public static final ToyTranslation LANGUAGES = new ToyTranslation(3);

  /** Id of a masked place: the filler, which no text has. */
  public static final int MASK = TOKENIZER.pad();

  private static final double[] RATES = {0, .01, .02, .05, .1};
  private static final int ROWS = 32;
  private static final int SHORTEST = 16;
  private static final int LONGEST = 40;

  private SeqToSeqModels() {}

  /**
   * How a model is made.
   *
   * @param version raised when the same words come to mean something else
   * @param task what it learns
   * @param shape of the network
   * @param block masked places of a block drafter, 0 for a model that writes on
   * @param seed of weights and batches
   * @param training how it learns
   */
  public record Recipe(
      int version,
      String task,
      Seq2Seq.Config shape,
      int block,
      long seed,
      TrainingConfig training) {}

  private static Recipe recipe(String task, int encoder, int decoder, int block, int steps) {
    int places = task.equals("noisy-lines") ? 72 : 128;
    return new Recipe(
        1,
        task,
        new Seq2Seq.Config(encoder, decoder, 64, TOKENIZER.vocabulary(), places, places),
        block,
        1,
        TrainingConfig.of(Budget.steps(steps), 3e-3).withWarmup(100));
  }

  /**
   * Lines of code and generated records, clean.
   *
   * @param train the lines that models learn from, else those held out
   * @return lines of 16 to 40 characters
   */
  public static List<String> lines(boolean train) {
    TextFiles code = JavaSources.installed("java.base/java/");
    Stream<String> records =
        new JsonRecords()
            .examples(SeedTree.of(train ? 11 : 12))
            .limit(train ? 3000 : 300)
            .map(Example::text);
    List<String> texts = new ArrayList<>(records.toList());
    texts.add((train ? code.train() : code.heldOut()).text(1_000_000));
    return NoisyLines.of(texts, SHORTEST, LONGEST);
  }

  /**
   * A corrector of noisy lines.
   *
   * @param artefacts where it is stored
   * @param encoderLayers of width 64
   * @param decoderLayers of width 64
   * @return the model, to be closed by the caller
   */
  public static Seq2Seq corrector(Artefacts artefacts, int encoderLayers, int decoderLayers) {
    Recipe recipe = recipe("noisy-lines", encoderLayers, decoderLayers, 0, 2000);
    return obtain(
        artefacts,
        "corrector-%de%dd".formatted(encoderLayers, decoderLayers),
        recipe,
        model -> {
          List<String> lines = lines(true);
          return learn(
              model,
              recipe,
              new PairTraining(model),
              rng -> {
                NoisyLines.Pair pair =
                    new NoisyLines(lines, RATES[rng.nextInt(RATES.length)]).draw(rng);
                return pair(pair.noisy(), pair.clean(), recipe.shape().maxSource());
              });
        });
  }

  /**
   * A translator of the toy languages.
   *
   * @param artefacts where it is stored
   * @return the verifier, to be closed by the caller
   */
  public static Seq2Seq translator(Artefacts artefacts) {
    Recipe recipe = recipe("toy-translation", 2, 2, 0, 1100);
    return obtain(
        artefacts,
        "translator-2e2d",
        recipe,
        model ->
            learn(
                model,
                recipe,
                new PairTraining(model),
                rng -> {
                  Example example = LANGUAGES.draw(rng);
                  return pair(example.prompt(), example.answer(), recipe.shape().maxSource());
                }));
  }

  /**
   * A block drafter for a translator: begins with its weights and learns from its greedy outputs.
   *
   * @param artefacts where it is stored
   * @param translator the verifier
   * @return the drafter, to be closed by the caller
   */
  public static Seq2Seq blockDrafter(Artefacts artefacts, Seq2Seq translator) {
    Recipe recipe = recipe("toy-translation", 2, 2, 25, 700);
    return obtain(
        artefacts,
        "block-drafter-2e2d",
        recipe,
        model -> {
          translator.parameters().values().forEach(model.parameters()::load);
          List<Pair> outputs = outputs(translator, 3200, SeedTree.of(21));
          GlancingTraining glancing =
              new GlancingTraining(
                  model, MASK, recipe.block(), .5, .3, 700, SeedTree.of(recipe.seed()));
          return learn(model, recipe, glancing, rng -> outputs.get(rng.nextInt(outputs.size())));
        });
  }

  /** What a translator writes for drawn sentences. */
  private static List<Pair> outputs(Seq2Seq translator, int count, SeedTree seed) {
    List<Pair> pairs = new ArrayList<>();
    List<Example> examples = LANGUAGES.examples(seed).limit(count).toList();
    for (int from = 0; from < count; from += 2 * ROWS) {
      int[][] sources =
          examples.subList(from, Math.min(count, from + 2 * ROWS)).stream()
              .map(example -> TOKENIZER.encode(example.prompt()))
              .toArray(int[][]::new);
      int[][] prompts = new int[sources.length][];
      Arrays.fill(prompts, new int[] {TOKENIZER.bos()});
      try (TokenModel model = translator.conditionedOn(sources)) {
        Decoder.Options options = new Decoder.Options(127, TOKENIZER.eos(), Sampling.greedy());
        int[][] written = Decoder.decode(model, prompts, options).tokens();
        for (int i = 0; i < sources.length; i++) {
          int[] target =
              IntStream.concat(IntStream.of(TOKENIZER.bos()), IntStream.of(written[i])).toArray();
          pairs.add(new Pair(sources[i], target));
        }
      }
    }
    return pairs;
  }

  /**
   * Ids of a pair.
   *
   * @param source text
   * @param target text
   * @param most source tokens, the rest is cut
   * @return source, and target between begin and end
   */
  public static Pair pair(String source, String target, int most) {
    int[] ids = TOKENIZER.encode(source);
    return new Pair(
        Arrays.copyOf(ids, Math.min(most, ids.length)),
        IntStream.concat(
                IntStream.of(TOKENIZER.bos()),
                IntStream.concat(
                    IntStream.of(TOKENIZER.encode(target)), IntStream.of(TOKENIZER.eos())))
            .toArray());
  }

  private static Map<String, Double> learn(
      Seq2Seq model, Recipe recipe, LossStep<List<Pair>> loss, Function<Rng, Pair> draw) {
    BatchSource<List<Pair>> source =
        BatchSource.drawn(
            SeedTree.of(recipe.seed()).child("pairs"),
            rng -> IntStream.range(0, ROWS).mapToObj(_ -> draw.apply(rng)).toList());
    return new Training<>(recipe.training(), model, source, loss).run().measures();
  }

  private static Seq2Seq obtain(
      Artefacts artefacts,
      String name,
      Recipe recipe,
      Function<Seq2Seq, Map<String, Double>> train) {
    return artefacts.obtain(
        name, recipe, "F16", () -> new Seq2Seq(recipe.shape(), SeedTree.of(recipe.seed())), train);
  }
}
