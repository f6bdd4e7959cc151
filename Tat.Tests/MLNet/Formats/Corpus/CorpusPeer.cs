using System.Diagnostics;
using System.Text.Json;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Formats.Corpus;

/// <summary>
/// pydicom and nibabel in one process that answers for one file after the other; GDCM decodes what pydicom has no codec for.
/// </summary>
internal sealed class CorpusPeer : IDisposable
{
    // Bits that are not stored are masked and functional groups followed here, because pydicom 2 does neither.
    private const string Code = """
        import json, os, resource, subprocess, sys, tempfile, warnings
        import numpy as np, nibabel, pydicom
        from pydicom.pixel_data_handlers.util import apply_modality_lut

        warnings.simplefilter('ignore')
        resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))
        LOSSY = {'1.2.840.10008.1.2.4.' + end for end in ('50', '51', '81', '91')}

        def facts(values, **more):
            finite = values[np.isfinite(values)]
            numbers = dict(min=float(finite.min()), max=float(finite.max()), mean=float(finite.mean(dtype=float))) if finite.size else {}
            return dict(more, nonFinite=int(values.size - finite.size), **numbers)

        def known(answer):
            return {k: known(v) if isinstance(v, dict) else v for k, v in answer.items()
                    if v is not None and (isinstance(v, (dict, str)) or np.isfinite(v).all())}

        def group(d, frame, sequence):
            for name in ('PerFrameFunctionalGroupsSequence', 'SharedFunctionalGroupsSequence'):
                items = d.get(name) or []
                item = items[frame if name[0] == 'P' else 0] if len(items) > (frame if name[0] == 'P' else 0) else {}
                if item.get(sequence):
                    return item.get(sequence)[0]
            return None

        def pixels(path, d):
            try:
                return d.pixel_array, d
            except (RuntimeError, NotImplementedError):
                with tempfile.TemporaryDirectory() as folder:
                    raw = os.path.join(folder, 'raw.dcm')
                    subprocess.run(['gdcmconv', '--raw', path, raw], check=True, timeout=120, capture_output=True)
                    d = pydicom.dcmread(raw)
                    return d.pixel_array, d

        def dicom(path):
            source = pydicom.dcmread(path, force=True)
            if not ('PixelData' in source or 'FloatPixelData' in source or 'DoubleFloatPixelData' in source):
                raise ValueError('no pixels')
            lossy = source.file_meta.get('TransferSyntaxUID') in LOSSY
            stored, d = pixels(path, source)
            if d.get('SamplesPerPixel', 1) != 1:
                raise ValueError('a colour image')
            frames = int(d.get('NumberOfFrames') or 1)
            maps = [group(d, i, 'PixelValueTransformationSequence') for i in range(frames)]
            slope = max(abs(float(m.RescaleSlope)) for m in maps) if all(maps) else abs(float(d.get('RescaleSlope') or 1))

            def modality(stored):
                stored = stored.reshape(frames, d.Rows, d.Columns)
                if all(maps):
                    return np.stack([frame * float(m.RescaleSlope) + float(m.RescaleIntercept) for frame, m in zip(stored, maps)])
                return apply_modality_lut(stored, d).astype(float)

            masked = stored
            if stored.dtype.kind in 'iu' and d.BitsStored < d.BitsAllocated:
                masked = (stored >> (d.HighBit + 1 - d.BitsStored)).astype(np.int64) & ((1 << d.BitsStored) - 1)
                if d.PixelRepresentation == 1:
                    masked = np.where(masked >> (d.BitsStored - 1), masked - (1 << d.BitsStored), masked)
            measures = group(d, 0, 'PixelMeasuresSequence')
            spacing = (measures if measures is not None else d).get('PixelSpacing') or [None, None]
            spacing = [float(x) if x else None for x in spacing]
            more = dict(rows=d.Rows, columns=d.Columns, frames=frames,
                        rowSpacing=spacing[0], columnSpacing=spacing[1], slack=slope if lossy else 0)
            whole = {} if (masked == stored).all() else dict(wholeWords=facts(modality(stored), **more))
            return facts(modality(masked), **more, **whole)

        def nifti(path):
            image = nibabel.load(path)
            values = np.asanyarray(image.dataobj)
            if values.dtype.kind not in 'iuf':
                raise ValueError('values of the type %s' % values.dtype)
            shape = values.shape + (1, 1)
            unit = image.header.get_xyzt_units()[0] if hasattr(image.header, 'get_xyzt_units') else None
            unit = {'meter': 1000, 'micron': 0.001}.get(unit, 1)
            zooms = [float(z) * unit or None for z in image.header.get_zooms()[:3]] + [None] * 3
            return facts(values, rows=shape[1], columns=shape[0], frames=int(np.prod(shape[2:])), slack=0,
                         columnSpacing=zooms[0], rowSpacing=zooms[1], sliceSpacing=zooms[2],
                         affine=[float(x) for x in image.affine[:3].flat])

        for line in sys.stdin:
            path, answer = json.loads(line), {}
            for read in (nifti, dicom):
                try:
                    answer = read(path)
                    break
                except nibabel.filebasedimages.ImageFileError:
                    pass
                except Exception as error:
                    answer = answer or dict(error=' '.join(('%s: %s' % (type(error).__name__, error)).split())[:200])
            print(json.dumps(known(answer)), flush=True)
        """;

    private Process? _process;

    /// <summary>Makes the test inconclusive where an interpreter or a module is absent.</summary>
    public static void Need() => Peer.Python("import numpy, nibabel, pydicom");

    /// <summary>Reads a file; an answer without rows says why not in <see cref="PeerFacts.Error"/>.</summary>
    public PeerFacts Read(string path)
    {
        _process ??= Start();
        try
        {
            _process.StandardInput.WriteLine(JsonSerializer.Serialize(Path.GetFullPath(path)));
            _process.StandardInput.Flush();
            if (_process.StandardOutput.ReadLine() is { } line)
            {
                return JsonSerializer.Deserialize<PeerFacts>(line, JsonSerializerOptions.Web)!;
            }
        }
        catch (IOException)
        {
            // It ended before it took the question.
        }

        // The next file gets a new process.
        Dispose();
        _process = null;
        return new() { Error = "the reader crashed" };
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
        }

        _process?.Dispose();
    }

    private static Process Start()
    {
        var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Code])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }
}
