import { describe, expect, it } from 'vitest';
import {
  type DhcpOptionsAssociationInputs,
  dhcpOptionsAssociationKind,
} from '../../../operator/aws/ec2/dhcp-options-association.ts';
import type { DhcpOptionsInputs } from '../../../operator/aws/ec2/dhcp-options.ts';
import { printable } from '../../../operator/graph/ref.ts';
import { linesOf } from '../aws/changes.ts';
import { compile, FACTS, inputsOf } from './fixtures.ts';

const GIVEN = 'dopt-0123456789abcdef0';
const network = (dhcpOptions?: object) =>
  compile({ tiers: [{ name: 'private' }], ...(dhcpOptions && { dhcpOptions }) });
const associationOf = (dhcpOptions?: object) =>
  printable(inputsOf<DhcpOptionsAssociationInputs>(network(dhcpOptions), 'dhcp-options-association'));
const optionsOf = (dhcpOptions: object) =>
  inputsOf<DhcpOptionsInputs>(network(dhcpOptions), 'dhcp-options').options;

describe('which set a VPC uses', () => {
  it('is its own where the spec says what is in it', () => {
    expect(associationOf({ domainName: 'corp.example.com' })).toEqual({
      vpcId: '${vpc.id}',
      dhcpOptionsId: '${dhcp-options.id}',
      own: [],
    });
  });

  it('is a given one, which then is nothing of ours', () => {
    expect(associationOf({ id: GIVEN }).dhcpOptionsId).toBe(GIVEN);
    expect(network({ id: GIVEN }).nodes.has('dhcp-options')).toBe(false);
  });

  it('is that of AWS for the region where the spec says nothing', () => {
    expect(associationOf()).toEqual({
      vpcId: '${vpc.id}',
      dhcpOptionsId: undefined,
      own: FACTS.dhcpOptions,
    });
    expect(network().nodes.has('dhcp-options')).toBe(false);
  });
});

describe('the way back to the set of AWS', () => {
  const wanted = { vpcId: 'vpc-1', dhcpOptionsId: undefined, own: ['dopt-aws', 'dopt-twin'] };
  const diff = (from: string | undefined, own = wanted.own) =>
    linesOf(
      dhcpOptionsAssociationKind.diff(
        { ...wanted, own },
        from === undefined ? undefined : { VpcId: 'vpc-1', DhcpOptionsId: from },
      ),
    );

  it.each(['dopt-aws', 'dopt-twin', undefined])('is none from %s: it says the same, or will', (from) => {
    expect(diff(from)).toEqual([]);
  });

  it.each([
    ['dopt-other', 'dopt-other'],
    ['default', '(nothing)'],
  ])('leads from %s to the first', (from, shown) => {
    expect(diff(from)).toEqual([`dhcpOptionsId: ${shown} -> dopt-aws`]);
  });

  it('is not looked for where the region has none', () => {
    expect(diff('dopt-other', [])).toEqual([]);
  });
});

describe('what is in a set', () => {
  it('is named as AWS names it, in the order given', () => {
    const options = {
      domainName: 'corp.example.com',
      domainNameServers: ['192.0.2.53', '10.0.0.2'],
      ntpServers: ['10.0.0.4'],
      netbiosNameServers: ['10.0.0.5'],
      netbiosNodeType: 2,
    };
    expect(optionsOf(options)).toEqual({
      'domain-name': ['corp.example.com'],
      'domain-name-servers': ['192.0.2.53', '10.0.0.2'],
      'ntp-servers': ['10.0.0.4'],
      'netbios-name-servers': ['10.0.0.5'],
      'netbios-node-type': ['2'],
    });
  });

  it('has the name servers of AWS unless others are given', () => {
    expect(optionsOf({ ntpServers: ['10.0.0.4'] })).toEqual({
      'domain-name-servers': ['AmazonProvidedDNS'],
      'ntp-servers': ['10.0.0.4'],
    });
  });
});
