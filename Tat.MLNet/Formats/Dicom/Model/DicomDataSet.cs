using System.Collections;

namespace Tat.MLNet.Formats.Dicom.Model;

/// <summary>Elements in the order of their tags: an object, or an item of a sequence.</summary>
internal sealed partial class DicomDataSet : IEnumerable<DicomElement>
{
    private readonly List<DicomElement> _elements = [];
    private bool _sorted = true;

    /// <summary>Creates an empty data set.</summary>
    /// <param name="characterSet">The character set that holds unless the data set names its own: that of the data set around it.
    /// <see cref="DicomCharacterSet.Bytes"/> holds whatever the data set names.</param>
    public DicomDataSet(DicomCharacterSet? characterSet = null) => CharacterSet = characterSet ?? DicomCharacterSet.Default;

    /// <summary>The character set of text.</summary>
    public DicomCharacterSet CharacterSet { get; private set; }

    public int Count
    {
        get
        {
            Sort();
            return _elements.Count;
        }
    }

    public DicomElement? Find(DicomTag tag)
    {
        Sort();
        var (low, high) = (0, _elements.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = _elements[middle].Tag.CompareTo(tag);
            if (order == 0)
            {
                return _elements[middle];
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    public bool Contains(DicomTag tag) => Find(tag) is not null;

    /// <summary>Adds an element; one of the same tag is replaced.</summary>
    public void Set(DicomElement element)
    {
        // Files list their elements in order: appending keeps reading linear, and what is out of order is sorted once.
        _sorted = _sorted && (_elements.Count == 0 || _elements[^1].Tag.CompareTo(element.Tag) < 0);
        _elements.Add(element);
        if (element.Tag == Tags.SpecificCharacterSet && CharacterSet != DicomCharacterSet.Bytes)
        {
            CharacterSet = DicomCharacterSet.Of(GetStrings(element));
        }
    }

    public void Remove(DicomTag tag) => RemoveAll(element => element.Tag == tag);

    public void RemoveAll(Predicate<DicomElement> match)
    {
        Sort();
        _elements.RemoveAll(match);
    }

    /// <summary>Removes elements from the data set and from the items of its sequences.</summary>
    /// <param name="match">Tells of an element of a data set whether it goes.</param>
    public void RemoveEverywhere(Func<DicomDataSet, DicomTag, bool> match)
    {
        // What a data set says of its own elements, such as private creators, stays until all are judged.
        var matching = this.Where(element => match(this, element.Tag)).ToHashSet();
        RemoveAll(matching.Contains);
        foreach (var item in this.SelectMany(element => element.Items ?? []))
        {
            item.RemoveEverywhere(match);
        }
    }

    public IEnumerator<DicomElement> GetEnumerator()
    {
        Sort();
        return _elements.GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Sort()
    {
        if (_sorted)
        {
            return;
        }

        // The last one of several elements with the same tag counts: the sort is stable.
        var ordered = _elements.OrderBy(element => element.Tag.Value).ToList();
        _elements.Clear();
        for (var i = 0; i < ordered.Count; i++)
        {
            if (i + 1 == ordered.Count || ordered[i + 1].Tag != ordered[i].Tag)
            {
                _elements.Add(ordered[i]);
            }
        }

        _sorted = true;
    }
}
