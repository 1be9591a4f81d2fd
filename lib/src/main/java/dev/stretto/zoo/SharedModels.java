package dev.stretto.zoo;

import ai.djl.ndarray.NDManager;
import dev.stretto.data.audio.LogMel;
import dev.stretto.data.audio.SpeechSynth;
import dev.stretto.data.audio.SpokenDigits;
import dev.stretto.data.audio.Utterance;
import dev.stretto.data.text.CharTokenizer;
import dev.stretto.data.text.JavaSources;
import dev.stretto.data.text.Windows;
import dev.stretto.experiments.Experiment;
import dev.stretto.experiments.Recipe;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.speech.SpeechModel;
import dev.stretto.samplers.batching.CutStreams;
import dev.stretto.samplers.batching.DurationBins;
import dev.stretto.samplers.batching.DynamicBucketing;
import dev.stretto.samplers.batching.SamplerBuilder;
import dev.stretto.samplers.batching.TimeConstraint;
import dev.stretto.samplers.decoding.Transcriber;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.SpeechCorpus;
import dev.stretto.training.SpeechTraining;
import dev.stretto.training.TrainingConfig;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Models that several notebooks use; each is trained once and stored. */
public final class SharedModels {
  /** Seed of the synthetic speech. */
  private static final long SPEECH = 7;

  private static final int BINS = 24;

  private SharedModels() {}

  /**
   * A character model of Java code.
   *
   * @param layers of the network
   * @param width of the network
   * @param context positions
   * @param characters of the text it learns from
   */
  public record Code(int layers, int width, int context, int characters) {}

  /** A character model of the JDK's own sources, 3 layers of 128, 192 positions. */
  public static final Recipe<Code, CausalLm, int[][]> CODE =
      Recipe.of(
              "code-gpt",
              new Code(3, 128, 192, 3_000_000),
              (code, in, seed) ->
                  CausalLm.gpt(
                      code.layers(),
                      code.width(),
                      CharTokenizer.printable().vocabulary(),
                      code.context(),
                      seed))
          .training(TrainingConfig.of(Budget.steps(700), 3e-3).withWarmup(50))
          .source(
              (code, in, seed) ->
                  LanguageTraining.source(
                      codeText(code.characters()), 16, code.context() - 1, seed))
          .loss((code, in, model) -> new LanguageTraining(model, 0));

  /** The recognisers that are stored: two shapes of two sets. */
  public static final List<Recipe<Recogniser, SpeechModel, int[]>> RECOGNISERS =
      List.of(
          recogniser(Sound.SPEECH, 5000, 4, 4),
          recogniser(Sound.SPEECH, 5000, 8, 1),
          recogniser(Sound.DIGITS, 3000, 4, 4),
          recogniser(Sound.DIGITS, 3000, 8, 1));

  /**
   * Trains five other seeds of the models of generated data, in an extended run; a model that is
   * trained again is compared with them.
   *
   * @param lab the session
   */
  public static void references(Experiment<?> lab) {
    CODE.references(lab);
    RECOGNISERS.stream()
        .filter(recipe -> recipe.config().set() == Sound.SPEECH)
        .forEach(recipe -> recipe.references(lab));
  }

  /** Sets of speech. */
  public enum Sound {
    /** Words of letters, made up and synthesised. */
    SPEECH,
    /** Strings of digits, spoken by people. */
    DIGITS;

    private CharTokenizer tokenizer() {
      return CharTokenizer.of(
          this == SPEECH ? SpeechSynth.ALPHABET : "abcdefghijklmnopqrstuvwxyz ");
    }

    private SpeechModel.Config shape(int encoderLayers, int decoderLayers, int width) {
      return new SpeechModel.Config(
          encoderLayers, decoderLayers, width, 4, BINS, tokenizer().vocabulary(), 512, 192);
    }
  }

  /**
   * A recogniser of width 64.
   *
   * @param set that it learns from
   * @param utterances in the training set
   * @param encoderLayers of the network
   * @param decoderLayers of the network
   * @param seconds of padded sound a step, in 8 buckets of like duration
   */
  public record Recogniser(
      Sound set, int utterances, int encoderLayers, int decoderLayers, double seconds) {
    private BatchSource<int[]> source(SpeechCorpus corpus, long seed) {
      SamplerBuilder sampler =
          DynamicBucketing.of(
                  DurationBins.estimate(corpus.cuts(), 8), TimeConstraint.seconds(seconds))
              .buffer(1000)
              .seed(seed);
      return SpeechTraining.source(
          corpus, sampler.build().over(CutStreams.endless(corpus.cuts(), seed)));
    }
  }

  private record Heard(Sound set, int utterances) {}

  /**
   * The text that the model of Java code learns from.
   *
   * @param characters how many
   * @return windows over its characters; throws IllegalStateException where the Java installation
   *     has no sources
   */
  public static Windows codeText(int characters) {
    return new Windows(
        CharTokenizer.printable()
            .encode(JavaSources.installed("java.base/java/").train().text(characters)));
  }

  /**
   * Speech with everything that hears it.
   *
   * @param set which one
   * @param front end, fitted to the training set
   * @param tokenizer of the transcripts
   * @param train utterances to learn from
   * @param test others
   */
  public record Speech(
      Sound set,
      LogMel front,
      CharTokenizer tokenizer,
      List<Utterance> train,
      List<Utterance> test) {
    private static Speech of(Sound set, int rate, List<Utterance> train, List<Utterance> test) {
      try (NDManager manager = Tensors.manager()) {
        LogMel front =
            new LogMel(LogMel.Config.compact(rate))
                .fitted(manager, train.stream().map(Utterance::audio).toList());
        return new Speech(set, front, set.tokenizer(), train, test);
      }
    }

    /**
     * The training set in frames and ids.
     *
     * @return the corpus
     */
    public SpeechCorpus corpus() {
      return SpeechCorpus.of(front, BINS, tokenizer, train);
    }

    /**
     * A network for this speech, untrained.
     *
     * @param encoderLayers 1 or more
     * @param decoderLayers 1 or more
     * @param width of both
     * @param seed of the weights
     * @return the network, to be closed by the caller
     */
    public SpeechModel network(int encoderLayers, int decoderLayers, int width, long seed) {
      return new SpeechModel(set.shape(encoderLayers, decoderLayers, width), SeedTree.of(seed));
    }

    /**
     * An encoder-decoder of width 64 that learns from this speech.
     *
     * @param encoderLayers 1 or more
     * @param decoderLayers 1 or more
     * @return its recipe
     */
    public Recipe<Recogniser, SpeechModel, int[]> recogniser(int encoderLayers, int decoderLayers) {
      return SharedModels.recogniser(set, train.size(), encoderLayers, decoderLayers);
    }

    /**
     * A model with its front end and tokenizer.
     *
     * @param model that listens
     * @return sound to text
     */
    public Transcriber transcriber(SpeechModel model) {
      return new Transcriber(model, front, tokenizer);
    }
  }

  /**
   * The synthetic speech of families 01 and 02: words of letters, two or three a sentence; every
   * fifth sentence of the training set has four to sixteen.
   *
   * @param utterances in the training set
   * @return the same for the same number, with 300 short test sentences
   */
  public static Speech speech(int utterances) {
    SpeechSynth synth = new SpeechSynth(SpeechSynth.Config.standard(16000), SPEECH);
    SpeechSynth longSynth = longSentences();
    List<Utterance> train =
        IntStream.range(0, utterances)
            .mapToObj(i -> (i % 5 == 4 ? longSynth : synth).utterance("train", i))
            .toList();
    return Speech.of(Sound.SPEECH, 16000, train, synth.utterances("test", 300));
  }

  /**
   * Strings of one to five spoken digits, recorded by people (the data set {@code fsdd}).
   *
   * @param utterances in the training set
   * @return the same for the same number, with 300 test strings of takes that training does not
   *     have
   */
  public static Speech digits(int utterances) {
    SpokenDigits takes = SpokenDigits.standard();
    return Speech.of(
        Sound.DIGITS,
        8000,
        takes.train().strings(utterances, 1, 5, 1),
        takes.test().strings(300, 1, 5, 2));
  }

  /**
   * The same voice and lexicon with sentences of four to sixteen words.
   *
   * @return up to about five seconds an utterance
   */
  public static SpeechSynth longSentences() {
    return new SpeechSynth(SpeechSynth.Config.standard(16000).withSentences(4, 16), SPEECH);
  }

  private static Recipe<Recogniser, SpeechModel, int[]> recogniser(
      Sound set, int utterances, int encoderLayers, int decoderLayers) {
    String name = set.name().toLowerCase(Locale.ROOT);
    Recipe<Heard, SpeechCorpus, Void> corpus =
        Recipe.of(
            name + "-corpus",
            new Heard(set, utterances),
            (heard, in, seed) ->
                (heard.set() == Sound.SPEECH
                        ? speech(heard.utterances())
                        : digits(heard.utterances()))
                    .corpus());
    return Recipe.of(
            "%s-%de%dd".formatted(name, encoderLayers, decoderLayers),
            new Recogniser(set, utterances, encoderLayers, decoderLayers, 30),
            (shape, seed) ->
                new SpeechModel(
                    shape.set().shape(shape.encoderLayers(), shape.decoderLayers(), 64), seed))
        .needs(corpus)
        .training(TrainingConfig.of(Budget.steps(1200), 2e-3).withWarmup(100))
        .source((shape, in, seed) -> shape.source(in.get(corpus), seed))
        .loss((shape, in, model) -> new SpeechTraining(model, in.get(corpus), false, .1));
  }
}
