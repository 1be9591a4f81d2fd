package dev.stretto.papers.canaryefficiency;

import dev.stretto.data.audio.Utterance;
import dev.stretto.data.manifest.Cut;
import dev.stretto.experiments.Experiment;
import dev.stretto.metrics.ErrorRates;
import dev.stretto.models.speech.SpeechModel;
import dev.stretto.profilers.InterleavedTimer;
import dev.stretto.profilers.InterleavedTimer.Timings;
import dev.stretto.profilers.MemoryProfiler;
import dev.stretto.profilers.SpeechCost;
import dev.stretto.samplers.batching.BatchSizeOptimizer;
import dev.stretto.samplers.batching.BatchingSampler;
import dev.stretto.samplers.batching.BinShape;
import dev.stretto.samplers.batching.Bins;
import dev.stretto.samplers.batching.BucketProfile;
import dev.stretto.samplers.batching.CutStreams;
import dev.stretto.samplers.batching.DurationBins2d;
import dev.stretto.samplers.batching.DynamicBucketing;
import dev.stretto.samplers.batching.Packing;
import dev.stretto.samplers.batching.PackingSampler;
import dev.stretto.samplers.batching.StaticRandom;
import dev.stretto.samplers.decoding.Transcriber;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.SpeechCorpus;
import dev.stretto.training.SpeechTraining;
import dev.stretto.training.TrainingConfig;
import dev.stretto.zoo.SharedModels;
import dev.stretto.zoo.SharedModels.Speech;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A recogniser fed by three samplers, and its layers moved from the decoder to the encoder. */
public final class DecoderShiftStudy {
  private static final String RANDOM = "random, 8";
  private static final String BUCKETS = "2-D buckets, searched";
  private static final String RAGGED = "ragged";
  private static final String BALANCED = "4 + 4 layers";
  private static final String SHALLOW = "8 + 1 layers";

  private final Experiment<?> lab;
  private final Speech speech;
  private final SpeechCorpus corpus;
  private final SpeechCost cost;
  private final BinShape worst;
  private final long budget;
  private final Map<Integer, Race> races = new LinkedHashMap<>();
  private final Map<String, Timings> decoding = new LinkedHashMap<>();

  /**
   * A study.
   *
   * @param lab whose models they are
   * @param speech that they learn and write down
   */
  public DecoderShiftStudy(Experiment<?> lab, Speech speech) {
    this.lab = lab;
    this.speech = speech;
    corpus = speech.corpus();
    cost = new SpeechCost(64, 4, 4, 4, speech.tokenizer().vocabulary(), 25);
    List<Cut> cuts = corpus.cuts();
    worst =
        new BinShape(
            0,
            cuts.stream().mapToDouble(Cut::duration).max().orElseThrow(),
            cuts.stream().mapToInt(Cut::tokens).max().orElseThrow());
    budget = cost.memoryOf(8, worst.seconds(), worst.tokens());
  }

  /** {@return the training set as cuts} */
  public List<Cut> cuts() {
    return corpus.cuts();
  }

  /**
   * Batch sizes of a bin by the memory model and by the memory of the process.
   *
   * @param seconds how long
   * @param tokens how many
   * @param byModel batch size by the memory model
   * @param byMemory batch size by measured memory
   */
  public record Searched(double seconds, int tokens, int byModel, int byMemory) {}

  /** {@return two bins, searched with both probes} */
  public List<Searched> searched() {
    Bins bins = DurationBins2d.estimate(corpus.cuts(), 2, 1);
    BucketProfile byModel = byModel(bins);
    try (SpeechModel network = speech.network(4, 4, 64, 1)) {
      step(network, worst, 8); // warm-up
      long bytes = MemoryProfiler.peak(() -> step(network, worst, 8));
      BucketProfile byMemory =
          BatchSizeOptimizer.of(
                  MemoryProfiler.probe(bytes, (shape, size) -> step(network, shape, size)))
              .search(bins);
      List<Searched> bySize = new ArrayList<>();
      for (int i = 0; i < bins.count(); i++) {
        BinShape shape = byMemory.shapes().get(i);
        int model = byModel.sizes().get(i);
        bySize.add(new Searched(shape.seconds(), shape.tokens(), model, byMemory.sizes().get(i)));
      }
      return bySize;
    }
  }

  private BucketProfile byModel(Bins bins) {
    return BatchSizeOptimizer.of(
            (shape, size) -> cost.memoryOf(size, shape.seconds(), shape.tokens()) <= budget)
        .search(bins);
  }

  /** A training step of silent utterances. */
  private void step(SpeechModel network, BinShape shape, int size) {
    var silent = corpus.silent(size, (int) Math.ceil(50 * shape.seconds()), shape.tokens());
    int[] all = IntStream.range(0, size).toArray();
    new SpeechTraining(network, silent, false, .1)
        .learn(
            BatchSource.drawn(SeedTree.of(1), rng -> all),
            TrainingConfig.of(Budget.steps(1), 1e-4));
  }

  /**
   * Networks of a width that learn in turns.
   *
   * @param seen by sampler, utterances of each timed round
   * @param timings of the same rounds
   */
  public record Race(Map<String, List<Long>> seen, Timings timings) {
    /** Utterances per second: sums over all rounds but one; -1 leaves none out. */
    private double rate(String sampler, int without) {
      double utterances = 0;
      double seconds = 0;
      for (int round = 0; round < timings.rounds(); round++) {
        if (round != without || timings.rounds() == 1) {
          utterances += seen.get(sampler).get(round);
          seconds += timings.seconds(sampler)[round];
        }
      }
      return utterances / seconds;
    }

    /**
     * {@return the rate of 2-D buckets over that of random batches, without a round}
     *
     * @param round from 0
     */
    public double overRandom(int round) {
      return rate(BUCKETS, round) / rate(RANDOM, round);
    }

    /**
     * {@return the rate of ragged batches over that of 2-D buckets, without a round}
     *
     * @param round from 0
     */
    public double raggedGain(int round) {
      return rate(RAGGED, round) / rate(BUCKETS, round);
    }
  }

  /**
   * {@return training of three networks, timed}
   *
   * @param width of the model
   * @param examples utterances per round
   */
  public Race race(int width, int examples) {
    return races.computeIfAbsent(width, w -> run(w, examples));
  }

  private Race run(int width, int examples) {
    long seed = lab.seeds().getFirst();
    BucketProfile bins = byModel(DurationBins2d.estimate(corpus.cuts(), 6, 2));
    Map<String, BatchingSampler> samplers = new LinkedHashMap<>();
    samplers.put(RANDOM, StaticRandom.of(8).seed(seed).build());
    samplers.put(
        BUCKETS,
        DynamicBucketing.of(bins.bins(), bins.constraint()).buffer(2_000).seed(seed).build());
    samplers.put(
        RAGGED,
        new PackingSampler(Packing.BEST_FIT, cost.memoryBudget(budget), 2_000, seed)
            .oversize(PackingSampler.Oversize.OWN_BIN));
    TrainingConfig config = TrainingConfig.of(Budget.examples(examples), 1e-4);
    InterleavedTimer timer = new InterleavedTimer();
    Map<String, List<Long>> seen = new LinkedHashMap<>();
    List<SpeechModel> networks = new ArrayList<>();
    samplers.forEach(
        (name, sampler) -> {
          SpeechModel network = speech.network(4, 4, width, 1);
          networks.add(network);
          var how = new SpeechTraining(network, corpus, sampler instanceof PackingSampler, .1);
          var drawn = sampler.over(CutStreams.endless(corpus.cuts(), seed));
          BatchSource<int[]> batches = SpeechTraining.source(corpus, drawn);
          List<Long> counts = new ArrayList<>();
          seen.put(name, counts);
          timer.add(name, () -> counts.add(how.learn(batches, config).work().examples()));
        });
    Timings timings = lab.time(timer);
    seen.replaceAll((_, counts) -> counts.subList(counts.size() - timings.rounds(), counts.size()));
    networks.forEach(SpeechModel::close);
    return new Race(seen, timings);
  }

  /**
   * Utterances per second in training.
   *
   * @param width of the model
   * @param sampler its name
   * @param utterances per second
   */
  public record Rate(String width, String sampler, double utterances) {}

  /** {@return rates of all races so far} */
  public List<Rate> rates() {
    List<Rate> rates = new ArrayList<>();
    races.forEach(
        (width, race) ->
            race.seen()
                .keySet()
                .forEach(name -> rates.add(new Rate("D = " + width, name, race.rate(name, -1)))));
    return rates;
  }

  private SpeechModel model(Speech heard, int encoder, int decoder, long seed) {
    return heard.recogniser(encoder, decoder).get(lab, seed - lab.seeds().getFirst() + 1);
  }

  private Map<String, Transcriber> transcribers(Speech heard, long seed) {
    Map<String, Transcriber> both = new LinkedHashMap<>();
    both.put(BALANCED, heard.transcriber(model(heard, 4, 4, seed)));
    both.put(SHALLOW, heard.transcriber(model(heard, 8, 1, seed)));
    return both;
  }

  /** Layers that run one after the other for an utterance: all of the encoder, then per token. */
  static long layerCalls(int encoderLayers, int decoderLayers, int tokens) {
    return encoderLayers + (long) tokens * decoderLayers;
  }

  /**
   * Errors in per cent, and sequential layer calls per utterance.
   *
   * @param model which one
   * @param cer character errors in per cent
   * @param wer word errors in per cent
   * @param layerCalls layers run one after the other per utterance
   */
  public record Written(String model, double cer, double wer, double layerCalls) {}

  /**
   * {@return both models on the test utterances}
   *
   * @param heard what is heard
   * @param seed of the repetition
   */
  public List<Written> quality(Speech heard, long seed) {
    return transcribers(heard, seed).entrySet().stream()
        .map(e -> written(e.getKey(), e.getValue(), heard.test()))
        .toList();
  }

  private static Written written(String name, Transcriber writer, List<Utterance> test) {
    List<ErrorRates> characters = new ArrayList<>();
    List<ErrorRates> words = new ArrayList<>();
    long calls = 0;
    var shape = writer.model().config();
    List<String> texts = texts(writer, test, 16);
    for (int i = 0; i < texts.size(); i++) {
      characters.add(ErrorRates.characters(test.get(i).text(), texts.get(i)));
      words.add(ErrorRates.words(test.get(i).text(), texts.get(i)));
      calls += layerCalls(shape.encoderLayers(), shape.decoderLayers(), texts.get(i).length() + 1);
    }
    double mean = (double) calls / test.size();
    double cer = 100 * ErrorRates.sum(characters).rate();
    return new Written(name, cer, 100 * ErrorRates.sum(words).rate(), mean);
  }

  private static List<String> texts(Transcriber writer, List<Utterance> said, int batch) {
    List<String> texts = new ArrayList<>();
    for (int from = 0; from < said.size(); from += batch) {
      List<Utterance> part = said.subList(from, Math.min(from + batch, said.size()));
      texts.addAll(writer.transcribe(part.stream().map(Utterance::audio).toList()).texts());
    }
    return texts;
  }

  /**
   * {@return points of character errors that 8 + 1 layers make more than 4 + 4}
   *
   * @param heard what is heard
   * @param seed of the repetition
   */
  public double cerDifference(Speech heard, long seed) {
    List<Written> both = quality(heard, seed);
    return both.get(1).cer() - both.get(0).cer();
  }

  /** {@return decoder layer calls per token of 4 + 4 layers over those of 8 + 1} */
  public double callRatio() {
    var balanced = model(speech, 4, 4, lab.seeds().getFirst()).config();
    return (double) balanced.decoderLayers()
        / model(speech, 8, 1, lab.seeds().getFirst()).config().decoderLayers();
  }

  private List<Utterance> sentences(boolean longOnes) {
    return longOnes
        ? SharedModels.longSentences().utterances("test", 100).stream()
            .filter(utterance -> utterance.text().length() >= 60)
            .limit(12)
            .toList()
        : speech.test().subList(0, 24);
  }

  /**
   * {@return both models writing down the same sentences, timed; sound is read before}
   *
   * @param longOnes whether sentences have 60 tokens and more
   * @param batch sentences at a time
   */
  public Timings decoding(boolean longOnes, int batch) {
    return decoding.computeIfAbsent(longOnes + " " + batch, _ -> time(longOnes, batch));
  }

  private Timings time(boolean longOnes, int batch) {
    List<Utterance> said = sentences(longOnes);
    InterleavedTimer timer = new InterleavedTimer();
    transcribers(speech, lab.seeds().getFirst())
        .forEach((name, writer) -> timer.add(name, () -> texts(writer, said, batch)));
    return lab.time(timer);
  }

  /**
   * {@return how many times as fast 8 + 1 layers are in a round}
   *
   * @param longOnes whether sentences have 60 tokens and more
   * @param batch sentences at a time
   * @param round from 0
   */
  public double gain(boolean longOnes, int batch, int round) {
    Timings timings = decoding(longOnes, batch);
    return timings.seconds(BALANCED)[round] / timings.seconds(SHALLOW)[round];
  }

  /**
   * Speed of a model.
   *
   * @param sentences which
   * @param batch sentences at a time
   * @param model which
   * @param rtfx seconds of audio per second, median over rounds
   * @param spread quartile distance over median
   * @param gain over 4 + 4 layers, median of the ratios within a round
   */
  public record Speed(
      String sentences, String batch, String model, double rtfx, double spread, double gain) {}

  /** {@return speeds one by one and in batches of 16} */
  public List<Speed> speeds() {
    List<Speed> speeds = new ArrayList<>();
    for (int batch : new int[] {1, 16}) {
      for (boolean longOnes : new boolean[] {false, true}) {
        Timings timings = decoding(longOnes, batch);
        double audio = sentences(longOnes).stream().mapToDouble(u -> u.audio().duration()).sum();
        String sentences = longOnes ? "60 tokens and more" : "about 11 tokens";
        for (String name : List.of(BALANCED, SHALLOW)) {
          double rtfx = audio / timings.median(name);
          double gain = timings.ratio(BALANCED, name);
          speeds.add(
              new Speed(sentences, "batch " + batch, name, rtfx, timings.spread(name), gain));
        }
      }
    }
    return speeds;
  }
}
