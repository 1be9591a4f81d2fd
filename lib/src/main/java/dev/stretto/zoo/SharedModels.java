package dev.stretto.zoo;

import ai.djl.ndarray.NDManager;
import dev.stretto.data.audio.LogMel;
import dev.stretto.data.audio.SpeechSynth;
import dev.stretto.data.audio.SpokenDigits;
import dev.stretto.data.audio.Utterance;
import dev.stretto.data.text.CharTokenizer;
import dev.stretto.data.text.JavaSources;
import dev.stretto.data.text.Windows;
import dev.stretto.experiments.Artefacts;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.speech.SpeechModel;
import dev.stretto.samplers.batching.CutStreams;
import dev.stretto.samplers.batching.DurationBins;
import dev.stretto.samplers.batching.DynamicBucketing;
import dev.stretto.samplers.batching.SamplerBuilder;
import dev.stretto.samplers.decoding.Transcriber;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.SpeechCorpus;
import dev.stretto.training.SpeechTraining;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import java.util.List;
import java.util.stream.IntStream;

/** Models that several notebooks use; each is trained once and stored. */
public final class SharedModels {
  /** Seed of the synthetic speech. */
  private static final long SPEECH = 7;

  private static final int BINS = 24;

  private SharedModels() {}

  /**
   * How the model of Java code is made.
   *
   * @param version raised when the same words come to mean something else
   * @param layers of the network
   * @param width of the network
   * @param context positions
   * @param characters of the text it learns from
   * @param seed of weights and windows
   * @param training how it learns
   */
  public record CodeRecipe(
      int version,
      int layers,
      int width,
      int context,
      int characters,
      long seed,
      TrainingConfig training) {}

  /**
   * How a speech model is made.
   *
   * @param version raised when the same words come to mean something else
   * @param shape of the network
   * @param utterances it learns from
   * @param seconds of padded sound a step, in 8 buckets of like duration
   * @param seed of weights and batches
   * @param training how it learns
   */
  public record SpeechRecipe(
      int version,
      SpeechModel.Config shape,
      int utterances,
      double seconds,
      long seed,
      TrainingConfig training) {}

  /**
   * A character model of the JDK's own sources, 3 layers of 128, 192 positions.
   *
   * @param artefacts where it is stored
   * @return the model, to be closed by the caller
   */
  public static CausalLm code(Artefacts artefacts) {
    CodeRecipe recipe =
        new CodeRecipe(
            1,
            3,
            128,
            192,
            3_000_000,
            1,
            TrainingConfig.of(Budget.steps(700), 3e-3).withWarmup(50));
    return artefacts.obtain(
        "code-gpt",
        recipe,
        "F16",
        () ->
            CausalLm.gpt(
                recipe.layers(),
                recipe.width(),
                CharTokenizer.printable().vocabulary(),
                recipe.context(),
                recipe.seed()),
        model -> {
          LanguageTraining learning = new LanguageTraining(model, 0);
          Windows text = codeText(recipe.characters());
          BatchSource<int[][]> source =
              LanguageTraining.source(text, 16, recipe.context() - 1, recipe.seed());
          return new Training<>(recipe.training(), model, source, learning, learning::work)
              .run()
              .measures();
        });
  }

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
   * @param name of the set, first part of its models' names
   * @param front end, fitted to the training set
   * @param tokenizer of the transcripts
   * @param train utterances to learn from
   * @param test others
   */
  public record Speech(
      String name,
      LogMel front,
      CharTokenizer tokenizer,
      List<Utterance> train,
      List<Utterance> test) {
    private static Speech of(
        String name, int rate, String alphabet, List<Utterance> train, List<Utterance> test) {
      try (NDManager manager = Tensors.manager()) {
        LogMel front =
            new LogMel(LogMel.Config.compact(rate))
                .fitted(manager, train.stream().map(Utterance::audio).toList());
        return new Speech(name, front, CharTokenizer.of(alphabet), train, test);
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
      return new SpeechModel(shape(encoderLayers, decoderLayers, width), SeedTree.of(seed));
    }

    private SpeechModel.Config shape(int encoderLayers, int decoderLayers, int width) {
      return new SpeechModel.Config(
          encoderLayers, decoderLayers, width, 4, BINS, tokenizer.vocabulary(), 512, 192);
    }

    /**
     * A model's ears and pen.
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
    return Speech.of("speech", 16000, SpeechSynth.ALPHABET, train, synth.utterances("test", 300));
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
        "digits",
        8000,
        "abcdefghijklmnopqrstuvwxyz ",
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

  /**
   * An encoder-decoder that writes down speech, of width 64.
   *
   * @param artefacts where it is stored
   * @param speech what it learns from
   * @param encoderLayers of width 64
   * @param decoderLayers of width 64
   * @param seed of weights and batches
   * @return the model, to be closed by the caller
   */
  public static SpeechModel recogniser(
      Artefacts artefacts, Speech speech, int encoderLayers, int decoderLayers, long seed) {
    SpeechRecipe recipe =
        new SpeechRecipe(
            1,
            speech.shape(encoderLayers, decoderLayers, 64),
            speech.train().size(),
            30,
            seed,
            TrainingConfig.of(Budget.steps(1200), 2e-3).withWarmup(100));
    return artefacts.obtain(
        "%s-%de%dd".formatted(speech.name(), encoderLayers, decoderLayers),
        recipe,
        "F16",
        () -> new SpeechModel(recipe.shape(), SeedTree.of(recipe.seed())),
        model -> {
          SpeechCorpus corpus = speech.corpus();
          SpeechTraining learning = new SpeechTraining(model, corpus, false, .1);
          SamplerBuilder sampler =
              DynamicBucketing.of(DurationBins.estimate(corpus.cuts(), 8))
                  .maxDuration(recipe.seconds())
                  .buffer(1000)
                  .seed(recipe.seed());
          BatchSource<int[]> source =
              SpeechTraining.source(
                  corpus,
                  () -> sampler.build().over(CutStreams.endless(corpus.cuts(), recipe.seed())));
          return new Training<>(recipe.training(), model, source, learning, learning::work)
              .run()
              .measures();
        });
  }
}
