package dev.stretto.data.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import dev.stretto.data.manifest.Cut;
import dev.stretto.tensor.SeedTree;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SpeechSynthTest {
  private static final SpeechSynth.Config PLAIN = SpeechSynth.Config.standard(16000);

  private static String sounds(String word) {
    return word.replace('r', 'q').replace('t', 's');
  }

  @Test
  void noTwoWordsSoundAlikeAndNoNeighboursDo() {
    for (long seed = 0; seed < 20; seed++) {
      List<String> lexicon = new SpeechSynth(PLAIN, seed).lexicon();
      assertEquals(150, lexicon.size());
      Set<String> heard = new HashSet<>();
      Set<Character> letters = new HashSet<>();
      for (String word : lexicon) {
        assertTrue(word.matches("[a-t]{3,5}"), word);
        assertTrue(heard.add(sounds(word)), "seed " + seed + ": " + word + " sounds like another");
        for (int i = 0; i < word.length(); i++) {
          letters.add(word.charAt(i));
          assertTrue(i == 0 || sounds(word).charAt(i) != sounds(word).charAt(i - 1), word);
        }
      }
      assertEquals(20, letters.size(), "seed " + seed);
    }
  }

  @Test
  void homophonesSoundTheSameAndOtherLettersDoNot() {
    SpeechSynth synth = new SpeechSynth(PLAIN, 1);
    SeedTree seeds = synth.seeds("test", 0);
    Set<String> different = new HashSet<>();
    for (char c : SpeechSynth.ALPHABET.toCharArray()) {
      float[] wave = synth.speak("a" + c + "b", seeds).samples();
      different.add(java.util.Arrays.toString(wave));
    }
    assertEquals(19, different.size());
    assertArrayEquals(synth.speak("aqbs", seeds).samples(), synth.speak("arbt", seeds).samples());
  }

  @Test
  void anUtteranceDependsOnSeedSplitAndIndexAlone() {
    SpeechSynth synth = new SpeechSynth(PLAIN, 7);
    Utterance third = synth.utterances("train", 4).get(3);
    Utterance again = new SpeechSynth(PLAIN, 7).utterance("train", 3);
    assertEquals(third.text(), again.text());
    assertArrayEquals(third.audio().samples(), again.audio().samples());
    assertNotEquals(third.text(), synth.utterance("test", 3).text());
    assertNotEquals(third.text(), new SpeechSynth(PLAIN, 8).utterance("train", 3).text());
    assertEquals("train-3", third.id());
  }

  @Test
  void durationsLieWithinTheirRangeAndCutsSayThem() {
    SpeechSynth synth = new SpeechSynth(SpeechSynth.Config.standard(8000), 3);
    double frames = 0;
    for (int i = 0; i < 300; i++) {
      Utterance utterance = synth.utterance("train", i);
      double[] ends = synth.ends(utterance.text(), synth.seeds("train", i));
      double last = 0;
      for (double end : ends) {
        assertTrue(end - last >= .06 && end - last <= .1, "utterance " + i);
        last = end;
      }
      Cut cut = utterance.cut();
      assertEquals(last, cut.duration(), 1e-4);
      assertEquals(utterance.text().length(), cut.tokens());
      int words = utterance.text().split(" ", -1).length;
      assertTrue(words == 2 || words == 3);
      frames += cut.duration() / .02 / 300;
    }
    assertTrue(frames > 40 && frames < 55, frames + " frames on average");
  }

  @Test
  void longSentencesHaveSixtySymbols() {
    SpeechSynth synth = new SpeechSynth(PLAIN.withSentences(16, 18), 3);
    for (int i = 0; i < 50; i++) {
      assertTrue(synth.text(synth.seeds("long", i)).length() >= 63);
    }
  }

  @Test
  void everySoundHasItsLevelInTheWaveAndNoisesAddUp() {
    SpeechSynth.Config quiet = new SpeechSynth.Config(16000, 150, 2, 2, 3, 300, 300, 30, 0);
    SpeechSynth.Config loud = new SpeechSynth.Config(16000, 150, 2, 2, 3, 300, 300, 30, .5);
    for (char c : SpeechSynth.ALPHABET.toCharArray()) {
      String text = String.valueOf(c);
      SeedTree seeds = SeedTree.of(c);
      float[] clean = new SpeechSynth(quiet, 1).speak(text, seeds).samples();
      float[] noisy = new SpeechSynth(loud, 1).speak(text, seeds).samples();
      double level = rms(clean);
      assertTrue(level > .08 && level < .12, "level of '" + c + "' is " + level);
      for (int i = 0; i < clean.length; i++) {
        assertTrue(Math.abs(clean[i]) < .6, "peak of '" + c + "'");
      }
      assertEquals(Math.sqrt(level * level + .0025), rms(noisy), .006);
    }
  }

  private static double rms(float[] wave) {
    double sum = 0;
    for (int i = 800; i < wave.length - 800; i++) {
      sum += wave[i] * wave[i] / (wave.length - 1600);
    }
    return Math.sqrt(sum);
  }

  /** Each letter in a random context is nearest to its own mean: the front end can hear it. */
  @Test
  void lettersAreHeardInWaves() {
    SpeechSynth synth = new SpeechSynth(PLAIN, 5);
    try (NDManager manager = NDManager.newBaseManager()) {
      LogMel front = new LogMel(LogMel.Config.compact(16000));
      List<Audio> sounds = synth.utterances("hear", 300).stream().map(Utterance::audio).toList();
      List<float[]> waves = front.features(manager, sounds);
      double[][] sums = new double[21][24];
      int[] counts = new int[21];
      int right = 0;
      int all = 0;
      for (int i = 0; i < 300; i++) {
        SeedTree seeds = synth.seeds("hear", i);
        String text = synth.text(seeds);
        float[] frames = waves.get(i);
        double[] ends = synth.ends(text, seeds);
        for (int s = 0; s < text.length(); s++) {
          double middle = (ends[s] + (s == 0 ? 0 : ends[s - 1])) / 2;
          int from = 24 * (int) (middle / .02);
          int symbol = SpeechSynth.ALPHABET.indexOf(sounds(text).charAt(s));
          if (i < 200) {
            counts[symbol]++;
            for (int b = 0; b < 24; b++) {
              sums[symbol][b] += frames[from + b];
            }
          } else {
            all++;
            right += nearest(sums, counts, frames, from) == symbol ? 1 : 0;
          }
        }
      }
      assertTrue(right > .9 * all, right + " of " + all + " heard");
    }
  }

  private static int nearest(double[][] sums, int[] counts, float[] frames, int from) {
    int best = -1;
    double least = Double.MAX_VALUE;
    for (int s = 0; s < sums.length; s++) {
      double distance = 0;
      for (int b = 0; b < 24 && counts[s] > 0; b++) {
        distance += Math.pow(frames[from + b] - sums[s][b] / counts[s], 2);
      }
      if (counts[s] > 0 && distance < least) {
        least = distance;
        best = s;
      }
    }
    return best;
  }

  @Test
  void badInputGivesASentence() {
    SpeechSynth synth = new SpeechSynth(PLAIN, 5);
    assertEquals(
        "'z' cannot be spoken, expected symbols of 'abcdefghijklmnopqrst '",
        assertThrows(IllegalArgumentException.class, () -> synth.speak("az", synth.seeds("x", 0)))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> SpeechSynth.Config.standard(11025));
    assertThrows(IllegalArgumentException.class, () -> PLAIN.withSentences(0, 3));
  }
}
